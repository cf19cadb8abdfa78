using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
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
    FailedWrites failures,
    OperatorMetrics metrics,
    TimeProvider time,
    ILogger<ClusterActor> logger
)
{
    private const int Parallel = 16;

    /// <summary>Returns the changes that failed. A failed change does not stop the others.</summary>
    public async Task<ImmutableArray<FailedWrite>> ActAsync(
        MarketplaceConnector connector,
        Plan plan,
        CancellationToken ct
    )
    {
        var writes = new WritePass(time);
        var failedBefore = failures.Of(Kinds.KeyOf(connector.Metadata));
        var pods = new ConcurrentQueue<Change>(
            plan.Changes.OrderBy(c => !failedBefore.IsEmpty && failedBefore.ContainsKey(WhatOf(c)))
        );
        async Task DrainAsync()
        {
            while (pods.TryDequeue(out var change))
            {
                await writes.TryAsync(WhatOf(change), () => ApplyAsync(connector, plan, change, ct));
            }
        }
        await Task.WhenAll(Enumerable.Range(0, Parallel).Select(_ => DrainAsync()));
        return writes.Failed;
    }

    private static string WhatOf(Change change) =>
        change switch
        {
            Change.CreatePod create => $"create pod {create.Pod.Name}",
            Change.DeletePod delete => $"delete pod {delete.Name}",
            _ => throw new UnreachableException(),
        };

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
            refusals.Accepted(key, draft.Name);
        }
        catch (KubeApiException e) when (e.IsAlreadyExists)
        {
            refusals.Accepted(key, draft.Name);
            await ShowExistingAsync(key, draft.Name, ct);
        }
        catch (KubeApiException e) when (e.IsRefusal)
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
