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
    FailedWrites failures,
    TimeProvider time,
    ILogger<ConnectorReconciler> logger
)
{
    /// <summary>The most failed writes of one pass in the log; the others fail alike.</summary>
    private const int MostLogged = 5;
    private static readonly TimeSpan TellingRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RefusalRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TooLargeRetry = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ReferenceRetry = TimeSpan.FromSeconds(30);

    public async Task<Outcome> ReconcileAsync(ObjectKey key, CancellationToken ct)
    {
        if (ActionsByConnector.IsNobody(key))
        {
            var writes = new WritePass(time);
            await teller.TellNobodysActionsAsync(key, writes, ct);
            return OutcomeOf(key, writes.Failed, again: null) ?? new Outcome.Done();
        }
        try
        {
            return await gatherer.ConnectorAsync(key, ct) switch
            {
                ConnectorRead.Found(var connector) => await ReconcileAsync(key, connector, ct),
                ConnectorRead.Unreadable(var item) => await UnreadableAsync(key, item, ct),
                _ => await WithoutConnectorAsync(key, ct),
            };
        }
        catch (KubeApiException e) when (e.IsNamespaceTerminating)
        {
            // No object can be created in the namespace any more, and its connector will be deleted too.
            NotPlanned(key);
            ReconcilerLog.NamespaceEnds(logger, key);
            return new Outcome.Done();
        }
        catch
        {
            // It is tried again. Its numbers stay as they were, but its pods must not stop other connectors meanwhile.
            cache.Finished.NotPlanned(key);
            throw;
        }
    }

    /// <summary>Nobody plans the connector until it changes: its numbers would be those of its last plan.</summary>
    private void NotPlanned(ObjectKey key)
    {
        cache.Finished.NotPlanned(key);
        teller.TellNotPlanned(key);
    }

    private async Task<Outcome> ReconcileAsync(ObjectKey key, MarketplaceConnector connector, CancellationToken ct)
    {
        cache.Found(key);
        if (connector.Metadata.DeletionTimestamp is not null)
        {
            NotPlanned(key);
            return new Outcome.Done();
        }
        if (await DecideAsync(key, connector, ct) is not { Gathered: var gathered, Plan: var plan })
        {
            return new Outcome.Again(TellingRetry, "the connector is gone or can't be read");
        }
        // Commit: a change is executed only after the record contains its plan.
        StoredRecord? committed = null;
        try
        {
            // While the status says that the record is too large, every plan is committed, so that the condition stays until one fits.
            var mustCommit = plan.MustCommit || RecordSizes.IsTooLarge(connector.Status);
            committed = mustCommit ? await CommitAsync(key, gathered, plan, ct) : null;
        }
        catch (KubeApiException e) when (e.IsRefusal)
        {
            var refused = gathered.Seen with { CommitRefusal = e.Message };
            return await WithoutCommitAsync(key, gathered with { Seen = refused }, plan.WakeAt, ct);
        }
        catch (RecordTooLargeException e)
        {
            (gathered, plan) = await TooLargeAsync(gathered, e, ct);
        }
        if (committed is not null)
        {
            ReconcilerLog.Committed(logger, key, committed.Counter, plan.Because);
            teller.TellCommitted(gathered, plan);
        }
        // Act.
        var failed = await actor.ActAsync(gathered.Seen.Connector, plan, ct);
        // Tell: write the statuses last.
        var writes = new WritePass(time);
        var rest = await teller.TellAsync(new Decision(gathered, plan, committed), writes, ct);
        ForgetSettledPods(key, gathered, plan, hasCommitted: committed is not null);
        var wakeUp = WakeUpOf(key, gathered, plan);
        return OutcomeOf(key, [.. failed, .. writes.Failed], Sooner(wakeUp, rest))
            ?? OutcomeOf(gathered.Seen, plan, wakeUp, rest);
    }

    private sealed record Planned(Gathered Gathered, Plan Plan);

    /// <summary>
    /// Plans from the caches. They may be behind, so a plan that gives more stores other content is made anew from live reads. Null: the
    /// connector is gone or can't be read.
    /// </summary>
    private async Task<Planned?> DecideAsync(ObjectKey key, MarketplaceConnector connector, CancellationToken ct)
    {
        var gathered = await gatherer.GatherAsync(connector, isLive: false, ct);
        var plan = Planner.Plan(gathered.Seen);
        if (!plan.Widens)
        {
            return new Planned(gathered, plan);
        }
        if (await gatherer.ReadConnectorAsync(key, ct) is not ConnectorRead.Found { Connector: var live })
        {
            return null;
        }
        gathered = await gatherer.GatherAsync(live, isLive: true, ct);
        return new Planned(gathered, Planner.Plan(gathered.Seen));
    }

    /// <summary>A plan that makes the record too large is not carried out: a plan that needs no commit takes its place.</summary>
    private async Task<Planned> TooLargeAsync(Gathered gathered, RecordTooLargeException e, CancellationToken ct)
    {
        ReconcilerLog.TooLarge(logger, e.Message);
        var seen = gathered.Seen with { RecordTooLarge = RecordSizes.Arithmetic(e.Part, e.Bytes, e.Limit) };
        if (!RecordSizes.IsTooLarge(seen.Connector.Status))
        {
            await teller.TellTooLargeAsync(seen, ct);
        }
        return new Planned(gathered with { Seen = seen }, Planner.Plan(seen));
    }

    /// <summary>
    /// The API server refuses the record. A plan that is not in the record may not be executed, but the status says why nothing
    /// happens.
    /// </summary>
    private async Task<Outcome> WithoutCommitAsync(
        ObjectKey key,
        Gathered gathered,
        DateTimeOffset? wakeAt,
        CancellationToken ct
    )
    {
        var seen = gathered.Seen;
        var writes = new WritePass(time);
        await teller.TellAsync(new Decision(gathered, Planner.Plan(seen), Committed: null), writes, ct);
        cache.Finished.NotPlanned(key);
        var commit = new FailedWrite("write the record", seen.CommitRefusal ?? "");
        return OutcomeOf(key, [commit, .. writes.Failed], wakeAt - time.GetUtcNow()) ?? new Outcome.Done();
    }

    private async Task<Outcome> UnreadableAsync(ObjectKey key, UnreadableObject item, CancellationToken ct)
    {
        NotPlanned(key);
        var writes = new WritePass(time);
        await teller.TellUnreadableAsync(Kinds.Connectors, item, writes, ct);
        return OutcomeOf(key, writes.Failed, again: null) ?? new Outcome.Stuck(item.Why);
    }

    private async Task<Outcome> WithoutConnectorAsync(ObjectKey key, CancellationToken ct)
    {
        var writes = new WritePass(time);
        await teller.TellWithoutConnectorAsync(key, writes, ct);
        actor.Forget(key);
        cache.Finished.NotPlanned(key);
        var isForgotten = cache.ForgetMissing(key, time.GetUtcNow());
        return OutcomeOf(key, writes.Failed, isForgotten ? null : ClusterCache.MissingKept)
            ?? (
                isForgotten
                    ? new Outcome.Done()
                    : new Outcome.Again(ClusterCache.MissingKept, "the connector may be created again")
            );
    }

    /// <summary>Forgets departed pods and refusals that the committed record no longer needs.</summary>
    private void ForgetSettledPods(ObjectKey key, Gathered gathered, Plan plan, bool hasCommitted)
    {
        var record = hasCommitted ? plan.Record : (gathered.Seen.Record as RecordSight.Found)?.Record;
        if (record is null)
        {
            cache.Finished.NotPlanned(key);
        }
        else
        {
            cache.ForgetDeparted(key, AwaitedPods.Settled(key.Name, record, gathered.Seen.Pods));
            var awaited = AwaitedPods.Names(key.Name, record);
            refusals.Keep(key, awaited);
            cache.Finished.Planned(key, awaited);
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

    /// <summary>When to plan again; null: only a change of an object can change the plan.</summary>
    private TimeSpan? WakeUpOf(ObjectKey key, Gathered gathered, Plan plan)
    {
        var seen = gathered.Seen;
        // The refusals of this pass count, too: only the next plan writes their condition.
        var isRefused = !seen.Refusals.IsEmpty || !refusals.Of(key).IsEmpty;
        TimeSpan? retry =
            plan.IsStuck ? (gathered.MayHeal ? ReferenceRetry : null)
            : seen.RecordTooLarge is not null ? TooLargeRetry
            : isRefused || seen.IsClockSkewed || seen.HasNoRoomForPods ? RefusalRetry
            : null;
        return Sooner(retry, plan.WakeAt - time.GetUtcNow());
    }

    /// <summary>The outcome when no write failed. <paramref name="rest"/>: when the rest of the statuses must be written.</summary>
    private static Outcome OutcomeOf(Observation seen, Plan plan, TimeSpan? wakeUp, TimeSpan? rest)
    {
        // The refusals of the pass before are in the conditions but over now, so the next plan clears them.
        var untold = seen.RefusedWrites.IsEmpty ? rest : Sooner(rest, TellingRetry);
        if (untold is { } soon && !(wakeUp < soon))
        {
            return new Outcome.Again(soon, "its status is not completely written yet");
        }
        return wakeUp is { } after ? new Outcome.Again(after, "the next slot, deadline or retry")
            : plan.IsStuck ? new Outcome.Stuck(string.Join("; ", seen.ConnectorFindings))
            : new Outcome.Done();
    }

    /// <summary>
    /// The outcome when writes failed; null: none did. An outdated read (another client wrote or deleted the object, or the cache is
    /// behind) is no failure: the next one shows the newer object. Planned runs never wait for the backoff.
    /// </summary>
    private Outcome? OutcomeOf(ObjectKey key, ImmutableArray<FailedWrite> all, TimeSpan? again)
    {
        var failed = all.Where(w => !w.IsOutdated).ToList();
        foreach (var write in failures.Replace(key, failed).Take(MostLogged))
        {
            ReconcilerLog.WriteFailed(logger, write.What, key, write.Message);
        }
        if (failed.Exists(w => w.IsNamespaceTerminating))
        {
            // No object can be created in the namespace any more, and its connector will be deleted too.
            ReconcilerLog.NamespaceEnds(logger, key);
            return new Outcome.Done();
        }
        if (failed.Count == 0)
        {
            return all.IsEmpty ? null : new Outcome.Again(Sooner(TellingRetry, again) ?? TellingRetry, all[0].Message);
        }
        var next = failed.Count < all.Length ? Sooner(TellingRetry, again) : again;
        return new Outcome.Failed($"{failed.Count} writes failed, the first: {failed[0].Message}", next)
        {
            AtLeast = failed.Max(w => w.RetryAfter),
        };
    }

    private static TimeSpan? Sooner(TimeSpan? one, TimeSpan? other) => one < other || other is null ? one : other;
}

internal static partial class ReconcilerLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Cannot {What} of {Key}; it is tried again: {Why}")]
    public static partial void WriteFailed(ILogger logger, string what, ObjectKey key, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "Nothing new is planned until the record is smaller: {Why}")]
    public static partial void TooLarge(ILogger logger, string why);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The namespace of {Key} is being deleted; planning stops")]
    public static partial void NamespaceEnds(ILogger logger, ObjectKey key);

    [LoggerMessage(Level = LogLevel.Information, Message = "Committed record {Counter} of {Key}: {Because}")]
    public static partial void Committed(ILogger logger, ObjectKey key, long counter, string because);
}
