using System.Collections.Immutable;
using Operator.Acting;
using Operator.Api;
using Operator.Gathering;
using Operator.Planning;
using Operator.Planning.Facts;
using Operator.Planning.Record.Encoding;
using Operator.Planning.Telling;
using Operator.Runtime;
using Operator.Telling;

namespace Operator;

/// <summary>
/// Reconciles one connector and its rollout: gathers the facts, decides, commits the record, executes the changes, and writes
/// the statuses. After a crash between two steps, the next reconcile comes to the same end.
/// </summary>
internal sealed class ConnectorReconciler(
    Gatherer gatherer,
    RecordStore records,
    ClusterActor actor,
    Teller teller,
    ClusterCache cache,
    DecodedRecords decodedRecords,
    CreateRefusals refusals,
    TimeProvider time,
    ILogger<ConnectorReconciler> logger
)
{
    private static readonly TimeSpan TellingRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RefusalRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TooLargeRetry = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ReferenceRetry = TimeSpan.FromSeconds(30);

    public async Task<Outcome> ReconcileAsync(ObjectKey key, CancellationToken ct)
    {
        if (ActionsByConnector.IsNobody(key))
        {
            return await teller.TellNobodysActionsAsync(key, ct) is { } again
                ? new Outcome.Again(again, "an action's status is not written yet")
                : new Outcome.Done();
        }
        try
        {
            return await gatherer.ConnectorAsync(key, ct) switch
            {
                ConnectorRead.Found(var connector) => await ReconcileAsync(key, connector, ct),
                ConnectorRead.Unreadable(var item) => await UnreadableAsync(item, ct),
                _ => await WithoutConnectorAsync(key, ct),
            };
        }
        catch (KubeApiException e) when (e.IsNamespaceTerminating)
        {
            // No object can be created in the namespace any more, and its connector will be deleted too.
            ReconcilerLog.NamespaceEnds(logger, key);
            return new Outcome.Done();
        }
    }

    private async Task<Outcome> ReconcileAsync(ObjectKey key, MarketplaceConnector connector, CancellationToken ct)
    {
        cache.Found(key);
        if (connector.Metadata.DeletionTimestamp is not null)
        {
            return new Outcome.Done();
        }
        var gathered = await gatherer.GatherAsync(connector, ct);
        // Decide, and commit: a change is executed only after the record contains its plan.
        (gathered, var plan, var committed) = await DecideAsync(key, gathered, ct);
        if (committed is not null)
        {
            ReconcilerLog.Committed(logger, key, committed.Counter, plan.Because);
            teller.TellCommitted(gathered, plan);
        }
        // Act.
        await actor.ActAsync(connector, plan, ct);
        // Tell: write the statuses last.
        var tellAgain = await TellAsync(gathered, plan, committed?.Counter, ct);
        ForgetSettledPods(key, gathered, plan, hasCommitted: committed is not null);
        return OutcomeOf(gathered, plan, tellAgain);
    }

    /// <summary>A plan; <paramref name="Committed"/> is the record with it, null when it needs no commit.</summary>
    private sealed record Decision(Gathered Gathered, Plan Plan, StoredRecord? Committed);

    /// <summary>
    /// A plan that makes the record too large is not carried out: another plan, which needs no commit, takes its place. While the
    /// status says so, every plan is committed, so that the condition stays until a commit succeeds.
    /// </summary>
    private async Task<Decision> DecideAsync(ObjectKey key, Gathered gathered, CancellationToken ct)
    {
        var plan = Planner.Plan(gathered.Seen);
        var wasTooLarge = RecordSizes.IsTooLarge(gathered.Seen.Connector.Status);
        try
        {
            var committed = plan.MustCommit || wasTooLarge ? await CommitAsync(key, gathered, plan, ct) : null;
            return new Decision(gathered, plan, committed);
        }
        catch (RecordTooLargeException e)
        {
            ReconcilerLog.TooLarge(logger, e.Message);
            var seen = gathered.Seen with { RecordTooLarge = RecordSizes.Arithmetic(e.Part, e.Bytes, e.Limit) };
            if (!wasTooLarge)
            {
                await teller.TellTooLargeAsync(seen, ct);
            }
            return new Decision(gathered with { Seen = seen }, Planner.Plan(seen), Committed: null);
        }
    }

    /// <summary>
    /// Returns the time until the rest must be written; null: everything is written. A conflict (another client wrote the status, or
    /// the cache is behind) is no failure of the reconcile, because its plan is already executed. So it never delays planned runs by
    /// a growing backoff.
    /// </summary>
    private async Task<TimeSpan?> TellAsync(Gathered gathered, Plan plan, long? counter, CancellationToken ct)
    {
        try
        {
            return await teller.TellAsync(gathered, plan, counter, ct);
        }
        catch (KubeApiException e) when (e.IsConflict)
        {
            var key = Kinds.KeyOf(gathered.Seen.Connector.Metadata);
            ReconcilerLog.NotTold(logger, key, e.Message);
            return TellingRetry;
        }
    }

    private async Task<Outcome> UnreadableAsync(UnreadableObject item, CancellationToken ct)
    {
        await teller.TellUnreadableAsync(Kinds.Connectors, ApiGroup.ConnectorKind, item, ct);
        return new Outcome.Stuck(item.Why);
    }

    private async Task<Outcome> WithoutConnectorAsync(ObjectKey key, CancellationToken ct)
    {
        if (await teller.TellWithoutConnectorAsync(key, ct) is { } again)
        {
            return new Outcome.Again(again, "an action's status is not written yet");
        }
        return cache.ForgetMissing(key, time.GetUtcNow())
            ? new Outcome.Done()
            : new Outcome.Again(ClusterCache.MissingKept, "the connector may be created again");
    }

    /// <summary>Forgets departed pods and refusals that the committed record no longer needs.</summary>
    private void ForgetSettledPods(ObjectKey key, Gathered gathered, Plan plan, bool hasCommitted)
    {
        var record = hasCommitted ? plan.Record : (gathered.Seen.Record as RecordSight.Found)?.Record;
        if (record is not null)
        {
            cache.ForgetDeparted(key, AwaitedPods.Settled(record, gathered.Seen.Pods));
            refusals.Keep(key, AwaitedPods.Names(key.Name, record));
        }
    }

    private async Task<StoredRecord> CommitAsync(ObjectKey key, Gathered gathered, Plan plan, CancellationToken ct)
    {
        var record = RecordParts.Store(plan.Record);
        var parts = record.Form.Parts;
        var changed = parts
            .Where(p => !gathered.Parts.TryGetValue(p.Key, out var old) || !IsSame(old, p.Value))
            .Select(p => KeyValuePair.Create(p.Key, (ReadOnlyMemory<byte>?)p.Value));
        var removed = gathered
            .Parts.Keys.Where(name => !parts.ContainsKey(name))
            .Select(name => KeyValuePair.Create(name, (ReadOnlyMemory<byte>?)null));
        var changes = changed.Concat(removed).ToImmutableSortedDictionary(StringComparer.Ordinal);
        var committed = await records.CommitAsync(key, gathered.Basis, changes, ct);
        decodedRecords.Remember(key, committed, record);
        return committed;
    }

    /// <summary>The part of an unchanged book is the same memory.</summary>
    private static bool IsSame(ReadOnlyMemory<byte> old, ReadOnlyMemory<byte> now) =>
        old.Equals(now) || old.Span.SequenceEqual(now.Span);

    private Outcome OutcomeOf(Gathered gathered, Plan plan, TimeSpan? tellAgain)
    {
        TimeSpan? wakeUp =
            plan.IsStuck ? (gathered.MayHeal ? ReferenceRetry : null)
            : gathered.Seen.RecordTooLarge is not null ? TooLargeRetry
            : !gathered.Seen.Refusals.IsEmpty || gathered.Seen.IsClockSkewed || gathered.Seen.IsAtFinishedPodsCap
                ? RefusalRetry
            : plan.WakeAt - time.GetUtcNow();
        if (tellAgain is { } rest && !(wakeUp < rest))
        {
            return new Outcome.Again(rest, "its status is not completely written yet");
        }
        return wakeUp is { } after ? new Outcome.Again(after, "the next slot, deadline or retry")
            : plan.IsStuck ? new Outcome.Stuck(string.Join("; ", gathered.Seen.ConnectorFindings))
            : new Outcome.Done();
    }
}

internal static partial class ReconcilerLog
{
    [LoggerMessage(
        Level = LogLevel.Debug,
        Message = "Cannot write a status of {Key}: the object is newer; retrying soon: {Why}"
    )]
    public static partial void NotTold(ILogger logger, ObjectKey key, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "Nothing new is planned until the record is smaller: {Why}")]
    public static partial void TooLarge(ILogger logger, string why);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The namespace of {Key} is being deleted; planning stops")]
    public static partial void NamespaceEnds(ILogger logger, ObjectKey key);

    [LoggerMessage(Level = LogLevel.Information, Message = "Committed record {Counter} of {Key}: {Because}")]
    public static partial void Committed(ILogger logger, ObjectKey key, long counter, string because);
}
