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

    /// <summary>Beside those: when one of refused pods was accepted, the others follow it so many at a time.</summary>
    private const int ParallelFollowers = 4;
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
        // While writes of one flow get no answer, the next due time of another does not wait for them.
        var untilDue = plan.WakeAt - time.GetUtcNow();
        var (creates, deletions) = (new WritePass(time, untilDue), new WritePass(time, untilDue));
        await Task.WhenAll(
            CreateAsync(connector, plan, creates, ct),
            Ordered(key, plan.Changes.OfType<Change.DeletePod>(), _ => "")
                .DrainAsync(ParallelDeletions, c => deletions.TryAsync(WhatOf(c), () => DeletePodAsync(key, c, ct)))
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

    /// <summary>Of refused pods that are alike, one tries for all; the others follow when it was accepted.</summary>
    private Task CreateAsync(MarketplaceConnector connector, Plan plan, WritePass creates, CancellationToken ct)
    {
        var key = Kinds.KeyOf(connector.Metadata);
        var ordered = _order.Of(key, plan.Changes.OfType<Change.CreatePod>(), WhatOf);
        var alike = RefusedCreates
            .Alike(ordered.Select(c => c.Pod), refusals.Of(key), time.GetUtcNow())
            .ToDictionary(g => g[0].Name, g => g.RemoveAt(0), StringComparer.Ordinal);
        var followers = alike.Values.SelectMany(g => g).Select(d => d.Name).ToHashSet(StringComparer.Ordinal);
        var turns = new FairTurns<PodDraft>(
            ordered.Select(c => c.Pod).Where(d => !followers.Contains(d.Name)),
            d => d.Flow
        );
        return turns.DrainAsync(ParallelCreates, TryAllAsync);

        Task<bool> TryAsync(PodDraft draft) =>
            creates.TryAsync(WhatOf(new Change.CreatePod(draft)), () => CreatePodAsync(connector, draft, ct));

        async Task TryAllAsync(PodDraft draft)
        {
            var isAccepted = await TryAsync(draft);
            if (!alike.TryGetValue(draft.Name, out var others))
            {
                return;
            }
            if (isAccepted)
            {
                await new FairTurns<PodDraft>(others, d => d.Flow).DrainAsync(ParallelFollowers, TryAsync);
                return;
            }
            refusals.RefusedAlike(key, draft.Name, others.Select(d => d.Name));
            foreach (var other in others)
            {
                creates.Leave(WhatOf(new Change.CreatePod(other)));
            }
        }
    }

    /// <summary>The connector is gone.</summary>
    public void Forget(ObjectKey connector)
    {
        refusals.Forget(connector);
        _order.Forget(connector);
    }

    private FairTurns<T> Ordered<T>(ObjectKey connector, IEnumerable<T> changes, Func<T, string> laneOf)
        where T : Change => new(_order.Of(connector, changes, WhatOf), laneOf);

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
            Refused(key, draft.Name, e);
            throw;
        }
        catch (Exception e) when (e.IsFailedCall())
        {
            if (IsWithoutAnswer(e))
            {
                refusals.Unanswered(key, draft.Name, time.GetUtcNow());
            }
            // A single error is over before anybody reads of it. One that comes again is told like a refusal.
            if (
                e is KubeApiException { IsOverloaded: false, IsNamespaceTerminating: false } error
                && HasFailedBefore(key, draft)
            )
            {
                Refused(key, draft.Name, error);
            }
            throw;
        }
    }

    private bool HasFailedBefore(ObjectKey connector, PodDraft draft) =>
        failures.Of(connector).ContainsKey(WhatOf(new Change.CreatePod(draft)));

    private void Refused(ObjectKey connector, string pod, KubeApiException error)
    {
        var refusal = refusals.Refused(connector, pod, error);
        metrics.Refused(connector, refusal.Kind);
        ActorLog.Refused(logger, connector, pod, refusal.Kind, error.Message);
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
