using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
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
    Decider decider,
    Gatherer gatherer,
    RecordGatherer recordsOf,
    RecordStore records,
    ClusterActor actor,
    Teller teller,
    ClusterCache cache,
    Freshness freshness,
    DecodedRecords decodedRecords,
    CreateRefusals refusals,
    PassOutcomes outcomes,
    PlanningStart start,
    TimeProvider time,
    ILogger<ConnectorReconciler> logger
)
{
    public async Task<Outcome> ReconcileAsync(ObjectKey key, CancellationToken ct)
    {
        if (ActionsByConnector.IsNobody(key))
        {
            return await NobodyAsync(key, ct);
        }
        try
        {
            return await decider.DecideAsync(key, ct) switch
            {
                Decided.Planned planned => await CarryOutAsync(key, planned, ct),
                Decided.Barred barred => await BarredAsync(key, barred, ct),
                _ => throw new UnreachableException(),
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

    private async Task<Outcome> CarryOutAsync(ObjectKey key, Decided.Planned decided, CancellationToken ct)
    {
        var (gathered, plan) = decided;
        cache.Found(key);
        // Commit: a change is executed only after the record contains its plan.
        StoredRecord? committed = null;
        FailedWrite? refused = null;
        try
        {
            // While the status says that the record is too large, every plan is committed, so that the condition stays until one fits.
            var seen = gathered.Seen;
            var mayCommit = !plan.StandsBack && seen.Record is not RecordSight.Foreign;
            var mustCommit = plan.MustCommit || (RecordSizes.IsTooLarge(seen.Connector.Status) && mayCommit);
            committed = mustCommit ? await CommitAsync(key, gathered, plan, ct) : null;
        }
        catch (KubeApiException e) when (outcomes.IsRefusedCommit(key, e))
        {
            refused = new FailedWrite(PassOutcomes.CommitWrite, e.Message);
            (gathered, plan) = WithoutCommit(gathered, plan, e);
        }
        catch (Exception e) when (IsFailedCommit(e))
        {
            cache.Finished.NotPlanned(key);
            return outcomes.OfFailedCommit(key, plan, e);
        }
        catch (RecordTooLargeException e)
        {
            (gathered, plan) = TooLarge(gathered, e);
        }
        if (committed is not null)
        {
            ReconcilerLog.Committed(logger, key, committed.Counter, plan.Because);
            teller.TellCommitted(gathered, plan);
        }
        // Act.
        var failed = await actor.ActAsync(gathered.Seen.Connector, plan, ct);
        failed = refused is null ? failed : failed.Insert(0, refused);
        // Tell: write the statuses last.
        var writes = new WritePass(time);
        var rest = await teller.TellAsync(new Decision(gathered, plan, committed), writes, ct);
        ForgetSettledPods(key, gathered, plan, hasCommitted: committed is not null);
        if (refused is not null)
        {
            // What ended can't be folded: its pods must not stop other connectors meanwhile.
            cache.Finished.NotPlanned(key);
        }
        DoubtAfterDeletions(key, gathered, plan);
        return outcomes.Of(key, new Decided.Planned(gathered, plan), [.. failed, .. writes.Failed], rest);
    }

    /// <summary>A plan that makes the record too large is not carried out: a plan that needs no commit takes its place.</summary>
    private Decided.Planned TooLarge(Gathered gathered, RecordTooLargeException e)
    {
        ReconcilerLog.TooLarge(logger, e.Message);
        var seen = gathered.Seen with { RecordTooLarge = RecordSizes.Arithmetic(e.Part, e.Bytes, e.Limit) };
        return new Decided.Planned(gathered with { Seen = seen }, Planner.Plan(seen));
    }

    /// <summary>
    /// The API server refuses the record. A plan that is not in the record may not be executed: a plan that needs no commit takes its
    /// place, and the status says why nothing new happens.
    /// </summary>
    private Decided.Planned WithoutCommit(Gathered gathered, Plan plan, KubeApiException e)
    {
        var seen = gathered.Seen with { CommitRefusal = e.Message };
        var lastTry = PassOutcomes.LastTry(plan, time.GetUtcNow());
        var wakeAt = lastTry < plan.WakeAt ? lastTry : plan.WakeAt ?? lastTry;
        return new Decided.Planned(gathered with { Seen = seen }, Planner.Plan(seen) with { WakeAt = wakeAt });
    }

    /// <summary>Neither a commit that somebody else was before, nor one in a namespace that ends.</summary>
    private static bool IsFailedCommit(Exception error) =>
        error.IsFailedCall()
        && error
            is not KubeApiException { Status: HttpStatusCode.Conflict }
                and not KubeApiException { IsNamespaceTerminating: true };

    /// <summary>Finalizers of others keep the connector. Its status says that nothing new is run; nothing is committed or changed.</summary>
    private async Task<Outcome> BeingDeletedAsync(
        ObjectKey key,
        MarketplaceConnector connector,
        bool isLive,
        CancellationToken ct
    )
    {
        var gathered = await gatherer.GatherAsync(connector, isLive, ct);
        var writes = new WritePass(time);
        await teller.TellAsync(new Decision(gathered, Planner.Plan(gathered.Seen), Committed: null), writes, ct);
        NotPlanned(key);
        return outcomes.Of(new Pass(key, gathered.IsLive), writes.Failed, again: null) ?? new Outcome.Done();
    }

    /// <summary>No run may be planned.</summary>
    private async Task<Outcome> BarredAsync(ObjectKey key, Decided.Barred barred, CancellationToken ct)
    {
        switch (barred.Read)
        {
            case ConnectorRead.Found(var connector):
                cache.Found(key);
                return await BeingDeletedAsync(key, connector, barred.IsLive, ct);
            case ConnectorRead.Unreadable(var item):
                NotPlanned(key);
                var writes = new WritePass(time);
                await teller.TellUnreadableAsync(Kinds.Connectors, item, writes, ct);
                return outcomes.Of(new Pass(key, IsLive: true), writes.Failed, again: null)
                    ?? new Outcome.Stuck(item.Why);
            default:
                return await WithoutConnectorAsync(new Pass(key, barred.IsLive), ct);
        }
    }

    /// <summary>The actions of a namespace that can't be read or name no valid connector.</summary>
    private async Task<Outcome> NobodyAsync(ObjectKey nobody, CancellationToken ct)
    {
        var pass = new Pass(nobody, freshness.IsInDoubt(nobody));
        var writes = new WritePass(time);
        await teller.TellNobodysActionsAsync(nobody, await OrphansAsync(pass, ct), writes, ct);
        return outcomes.Of(pass, writes.Failed, again: null) ?? new Outcome.Done();
    }

    private async Task<Outcome> WithoutConnectorAsync(Pass pass, CancellationToken ct)
    {
        var key = pass.Key;
        var writes = new WritePass(time);
        await teller.TellWithoutConnectorAsync(key, await OrphansAsync(pass, ct), writes, ct);
        actor.Forget(key);
        cache.Finished.NotPlanned(key);
        recordsOf.Forget(key);
        start.Forget(key);
        var isForgotten = cache.ForgetMissing(key, time.GetUtcNow());
        return outcomes.Of(pass, writes.Failed, isForgotten ? null : ClusterCache.MissingKept)
            ?? (
                isForgotten
                    ? new Outcome.Done()
                    : new Outcome.Again(ClusterCache.MissingKept, "the connector may be created again")
            );
    }

    private async Task<Orphans> OrphansAsync(Pass pass, CancellationToken ct)
    {
        var orphans = await gatherer.OrphansAsync(pass.Key, pass.IsLive, ct);
        if (pass.IsLive)
        {
            freshness.Settle(pass.Key, new ConnectorRead.Missing());
        }
        return orphans;
    }

    /// <summary>
    /// Runs whose pods others deleted: perhaps the garbage collection did, because the connector that owns them is gone or replaced, and the
    /// cache does not show it yet.
    /// </summary>
    private void DoubtAfterDeletions(ObjectKey key, Gathered gathered, Plan plan)
    {
        if (!gathered.IsLive && plan.Folded.Any(r => r.Ending.Reason == Reasons.Deleted))
        {
            freshness.Doubt(key);
        }
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
            cache.ForgetDeparted(
                key,
                AwaitedPods.Settled(gathered.Seen.Connector.Metadata, record, gathered.Seen.Pods)
            );
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
        var claim = gathered.Seen.Operator is { } self ? Circumstances.ClaimOf(self, plan.ClaimUntil) : null;
        var committed = await records.CommitAsync(key, gathered.Basis with { Claim = claim }, changes, ct);
        decodedRecords.Remember(key, committed, record);
        return committed;
    }

    /// <summary>The part of an unchanged book is the same memory.</summary>
    private static bool IsSame(ReadOnlyMemory<byte> old, ReadOnlyMemory<byte> now) =>
        old.Equals(now) || old.Span.SequenceEqual(now.Span);
}
