using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Operator.Api;
using Operator.Gathering;
using Operator.Planning;
using Operator.Planning.Facts;
using Operator.Planning.Output;
using Operator.Runtime;
using Operator.Telling;

namespace Operator.Acting;

/// <summary>
/// Executes the changes of a committed plan. Object names follow from the record, so a repeated change has no effect. If a change
/// fails, the next plan finds the object missing and plans the change again.
/// </summary>
internal sealed class ClusterActor(
    IKubeApi api,
    ClusterCache cache,
    CreateRefusals refusals,
    OperatorMetrics metrics,
    TimeProvider time,
    ILogger<ClusterActor> logger
)
{
    private const int Parallel = 16;

    public async Task ActAsync(MarketplaceConnector connector, Plan plan, CancellationToken ct)
    {
        var pods = new ConcurrentQueue<Change>(plan.Changes);
        await Task.WhenAll(Enumerable.Range(0, Parallel).Select(_ => DrainAsync(connector, plan, pods, ct)));
    }

    private async Task DrainAsync(
        MarketplaceConnector connector,
        Plan plan,
        ConcurrentQueue<Change> changes,
        CancellationToken ct
    )
    {
        while (changes.TryDequeue(out var change))
        {
            await ApplyAsync(connector, plan, change, ct);
        }
    }

    private Task ApplyAsync(MarketplaceConnector connector, Plan plan, Change change, CancellationToken ct)
    {
        return change switch
        {
            Change.CreatePod create => CreatePodAsync(connector, create.Pod, ct),
            Change.DeletePod delete => DeletePodAsync(Kinds.KeyOf(connector.Metadata), delete, ct),
            _ => throw new UnreachableException(),
        };
    }

    private async Task CreatePodAsync(MarketplaceConnector connector, PodDraft draft, CancellationToken ct)
    {
        var key = Kinds.KeyOf(connector.Metadata);
        // After startBy the planner may count the entry as lost, so its pod must not be created any more.
        if (time.GetUtcNow() > draft.StartBy)
        {
            return;
        }
        try
        {
            var created = await api.CreateAsync(CoreTypes.Pods, key.Namespace, PodBuilder.Build(connector, draft), ct);
            cache.Show(key, created);
            refusals.Accepted(key);
        }
        catch (KubeApiException e) when (e.IsAlreadyExists)
        {
            await ShowExistingAsync(key, draft.Name, ct);
        }
        catch (KubeApiException e)
            when (!e.IsNamespaceTerminating && (e.IsForbidden || e.IsInvalid || e.IsWebhookFailure))
        {
            // Quota, admission or policy refuses the pod; only a user can fix this. The create is retried until startBy.
            var refusal = refusals.Refused(key, draft.Name, e);
            metrics.Refused(key, refusal.Kind);
            ActorLog.Refused(logger, key, draft.Name, refusal.Kind, e.Message);
        }
    }

    /// <summary>Shows the existing pod: our own pod that the watch has not reported yet, or a foreign pod.</summary>
    private async Task ShowExistingAsync(ObjectKey connector, string podName, CancellationToken ct)
    {
        if (await api.GetAsync(CoreTypes.Pods, new ObjectKey(connector.Namespace, podName), ct) is { } existing)
        {
            cache.Show(connector, existing);
        }
    }

    private async Task DeletePodAsync(ObjectKey connector, Change.DeletePod delete, CancellationToken ct)
    {
        var pod = new ObjectKey(connector.Namespace, delete.Name);
        var deletion = await api.DeleteAsync(CoreTypes.Pods, pod, delete.Uid, ct);
        ActorLog.Deleted(logger, pod, delete.Why, deletion);
        if (deletion == Deletion.Deleted)
        {
            cache.Deleting(connector, delete.Name, delete.Uid);
        }
        else
        {
            cache.Gone(connector, delete.Name, delete.Uid);
        }
    }
}

internal static partial class ActorLog
{
    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The API server refused to create pod {Pod} of {Connector} ({Kind}): {Why}"
    )]
    public static partial void Refused(ILogger logger, ObjectKey connector, string pod, RefusalKind kind, string why);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Pod {Pod}: {Deletion}, because {Why}")]
    public static partial void Deleted(ILogger logger, ObjectKey pod, string why, Deletion deletion);
}
