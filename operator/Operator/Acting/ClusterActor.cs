using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
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
    private const int ParallelCreates = 16;
    private const int ParallelDeletions = 8;
    private readonly TryOrder _order = new();

    /// <summary>
    /// Returns the changes that failed, and those that failed before and were not tried again. A failed change does not stop the others.
    /// Creates and deletions do not wait for each other: while the one get no answer, the others go on.
    /// </summary>
    public async Task<ImmutableArray<FailedWrite>> ActAsync(
        MarketplaceConnector connector,
        Plan plan,
        CancellationToken ct
    )
    {
        var key = Kinds.KeyOf(connector.Metadata);
        var (creates, deletions) = (new WritePass(time), new WritePass(time));
        await Task.WhenAll(
            DrainAsync(
                ParallelCreates,
                Ordered(key, plan.Changes.OfType<Change.CreatePod>()),
                c => creates.TryAsync(WhatOf(c), () => CreatePodAsync(connector, c.Pod, ct))
            ),
            DrainAsync(
                ParallelDeletions,
                Ordered(key, plan.Changes.OfType<Change.DeletePod>()),
                c => deletions.TryAsync(WhatOf(c), () => DeletePodAsync(key, c, ct))
            )
        );
        _order.Note(key, creates, deletions);
        var untried = creates.Untried.Concat(deletions.Untried).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. failures.Of(key).Values.Where(w => untried.Contains(w.What)),
            .. deletions.Failed,
            // A refused create is one of the refusals, which have conditions of their own.
            .. creates.Failed.Where(w => !w.IsRefusal),
        ];
    }

    /// <summary>The connector is gone.</summary>
    public void Forget(ObjectKey connector)
    {
        refusals.Forget(connector);
        _order.Forget(connector);
    }

    private ConcurrentQueue<T> Ordered<T>(ObjectKey connector, IEnumerable<T> changes)
        where T : Change => new(_order.Of(connector, changes, WhatOf));

    private static Task DrainAsync<T>(int parallel, ConcurrentQueue<T> changes, Func<T, Task> apply)
    {
        async Task DrainOneByOneAsync()
        {
            while (changes.TryDequeue(out var change))
            {
                await apply(change);
            }
        }
        return Task.WhenAll(Enumerable.Range(0, parallel).Select(_ => DrainOneByOneAsync()));
    }

    private static string WhatOf(Change change) =>
        change switch
        {
            Change.CreatePod create => $"create pod {create.Pod.Name}",
            Change.DeletePod delete => $"delete pod {delete.Name}",
            _ => throw new UnreachableException(),
        };

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
            throw;
        }
        catch (Exception e) when (IsWithoutAnswer(e))
        {
            refusals.Unanswered(key, draft.Name, time.GetUtcNow());
            throw;
        }
    }

    /// <summary>The request may still arrive at the API server, or be executed there.</summary>
    private static bool IsWithoutAnswer(Exception error) =>
        error is HttpRequestException or TimeoutException or IOException
        || error is KubeApiException { Status: >= HttpStatusCode.InternalServerError };

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
