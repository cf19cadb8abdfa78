using System.Collections.Immutable;
using Operator.Planning.Drafts;
using Operator.Planning.Record;
using Operator.Planning.Rollouts;
using Operator.Planning.Stores;

namespace Operator.Planning.Runs;

/// <summary>
/// The stores that run though they pause, because most stores pause alike: one whose turn it is, at its own due time, tells for all. The
/// others wait for it until their last chance to start: a probe that takes so long has probably signed in. See decision 0047.
/// </summary>
/// <param name="Stores">The stores of the probe, or those that get their last chance.</param>
/// <param name="Next">When to look again; null: an event tells.</param>
internal sealed record Probing(ImmutableHashSet<string> Stores, DateTimeOffset? Next)
{
    private static readonly Probing None = new([], Next: null);

    /// <summary>Time to commit the runs and to create their pods.</summary>
    private static readonly TimeSpan ToStart = TimeSpan.FromSeconds(10);

    /// <summary>A probe has this time at least before the others run beside it: else a short startingDeadline makes a herd of them.</summary>
    private static readonly TimeSpan ToTell = TimeSpan.FromSeconds(20);

    public static Probing Of(Draft draft, Turn turn)
    {
        if (draft.Followed.Pauses.Common is not { } common)
        {
            return None;
        }
        var waiting = turn
            .Waiting.Where(s => turn.Holds.IsInCommonPause(s) && !turn.Holds.HasOwnPause(s) && turn.IsFree(s))
            .ToImmutableHashSet(StringComparer.Ordinal);
        var again = CommonPauses.TriesAgain(draft.Followed, turn.Flow.Name, turn.Occasion.Id);
        return again is not null && turn.Retries.Holds(again) ? None
            : waiting.IsEmpty ? None
            : turn.Holds.IsProbing ? LastChance(draft, turn, waiting, common)
            : draft.Now < common.NextProbe ? None
            : NextProbe(draft, turn, again is not null && waiting.Contains(again) ? [again] : waiting, common);
    }

    /// <summary>Notes the probe among the runs that were chosen.</summary>
    public ConnectorRecord After(ConnectorRecord record, Turn turn, ImmutableArray<Entry> chosen, DateTimeOffset now)
    {
        var probe = turn.Holds.IsProbing ? null : chosen.FirstOrDefault(e => e.Stores.Any(Stores.Contains));
        return probe is null
            ? record
            : CommonPauses.Probed(
                record,
                new ProbeRun
                {
                    Flow = turn.Flow.Name,
                    Occasion = turn.Occasion.Id,
                    Index = probe.Index,
                },
                probe.NotBefore ?? now
            );
    }

    private static Probing LastChance(Draft draft, Turn turn, ImmutableHashSet<string> waiting, CommonPause common)
    {
        var told = common.NextProbe - CommonPauses.BetweenProbes + ToTell;
        var last = OtherRuns.FirstTooLate(turn.Occasion) - ToStart;
        last = last > told ? last : told;
        return draft.Now < last ? None with { Next = last } : new Probing(waiting, Next: null);
    }

    private static Probing NextProbe(Draft draft, Turn turn, ImmutableHashSet<string> waiting, CommonPause common)
    {
        var (occasion, ledger) = (turn.Occasion, draft.Record.Ledger(turn.Flow.Name));
        var due = new List<string>();
        DateTimeOffset? next = null;
        foreach (var chunk in draft.Record.ChunksOf(turn.Flow.Name).Chunks)
        {
            var offset = RunGroups.OffsetOf(occasion, Chunking.PositionOf(chunk.Id));
            var at = occasion.Slot + offset;
            foreach (var store in chunk.Stores.Where(waiting.Contains))
            {
                if (at > draft.Now)
                {
                    next = at < next || next is null ? at : next;
                    break;
                }
                var startBy = CatchUps.StartBy(ledger, occasion, store, draft.Now) - occasion.Spread + offset;
                if (draft.Now <= startBy && !turn.Holds.LacksCalls(store))
                {
                    due.Add(store);
                }
            }
        }
        return due.Count == 0 ? None with { Next = next } : new Probing([due[common.Probes % due.Count]], Next: null);
    }
}
