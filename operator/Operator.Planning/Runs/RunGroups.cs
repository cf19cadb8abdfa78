using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Record;
using Operator.Planning.Rollouts;
using Operator.Planning.Stores;

namespace Operator.Planning.Runs;

/// <summary>One flow on one of its open occasions, with all that planning needs.</summary>
internal sealed record Turn(Flow Flow, FlowPlan Plan, Occasion Occasion)
{
    /// <summary>Stores that still need a run on this occasion.</summary>
    public ImmutableArray<string> Waiting { get; init; } = [];

    /// <summary>Stores that are in a live run of the flow.</summary>
    public required HashSet<string> Busy { get; init; }

    /// <summary>Live runs of the flow that the record does not know.</summary>
    public int LiveStrays { get; init; }
    public required StoreHolds Holds { get; init; }
    public required Waits Waits { get; init; }

    /// <summary>The stores that wait for another try.</summary>
    public RetryWaits Retries { get; init; } = RetryWaits.None;

    /// <summary>The store is in no live run, and waits for no other try.</summary>
    public bool IsFree(string store) => !Busy.Contains(store) && !Retries.Holds(store);

    /// <summary>How many runs may still be planned now.</summary>
    public int Room { get; init; }
}

/// <summary>Stores that may run together, with their due time and how long they have waited.</summary>
internal sealed record RunGroup
{
    public Arm Arm { get; init; }

    /// <summary>The coin that gave the arm; null: the arm was settled before.</summary>
    public CoinFlip? Coin { get; init; }
    public ImmutableArray<string> Stores { get; init; } = [];
    public bool IsIsolated { get; init; }
    public bool IsPilot { get; init; }

    /// <summary>Until when a pilot that is tried again may be created; null: no other one was before it.</summary>
    public DateTimeOffset? PilotBy { get; init; }

    /// <summary>The earliest start: the slot plus the group's offset.</summary>
    public DateTimeOffset DueAt { get; init; }

    /// <summary>The latest start.</summary>
    public DateTimeOffset StartBy { get; init; }

    /// <summary>The newest slot in which all stores of the group had been served; the minimum value when one never was.</summary>
    public DateTimeOffset ServedLast { get; init; }

    /// <summary>
    /// At least one store had no run in the slot before this one, so groups that had one must leave it a place.
    /// </summary>
    public bool IsStarving { get; init; }
}

/// <summary>
/// Groups stores into runs: stores of one arm, of one chunk or neighbouring chunks; isolated stores only with each other.
/// </summary>
internal static class RunGroups
{
    public static IEnumerable<RunGroup> Of(Draft draft, Turn turn, ImmutableArray<string> free)
    {
        var arms = Arms.Of(draft, turn.Flow.Name, turn.Occasion);
        var pilot =
            arms.NeedsPilot(draft.Record) && arms.MayPilot(turn.Occasion)
                ? arms.Pilot(LatePilots.Free(draft, free))
                : null;
        if (pilot is not null)
        {
            var alone = new PackedRun([pilot], Position: 0);
            yield return Group(draft, turn, alone) with
            {
                Arm = Arm.Candidate,
                IsPilot = true,
                PilotBy = arms.PilotBy,
            };
        }
        var others = free.Where(s => s != pilot && arms.HasArm(s));
        foreach (var choice in others.GroupBy(arms.ChoiceOf).OrderByDescending(g => g.Key))
        {
            foreach (var group in Of(draft, turn, choice.Key, [.. choice]))
            {
                yield return choice.Key == ArmChoice.Coin ? Flipped(draft, turn, group)
                : choice.Key == ArmChoice.Candidate ? group with { Arm = Arm.Candidate }
                : group;
            }
        }
    }

    /// <summary>The groups of stores whose arm is settled alike. They are formed without a look at any coin.</summary>
    private static IEnumerable<RunGroup> Of(Draft draft, Turn turn, ArmChoice choice, ImmutableArray<string> stores)
    {
        var book = draft.Record.ChunksOf(turn.Flow.Name);
        var (sizes, most) = (SizesOf(draft, turn, choice), CoinGroups.MostOf(draft, turn, choice, stores.Length));
        foreach (var size in stores.GroupBy(s => sizes.GetValueOrDefault(s)).OrderBy(g => g.Key))
        {
            var isIsolated = size.Key > 0;
            var together = size.ToHashSet(StringComparer.Ordinal);
            var runs =
                CoinGroups.AreSpread(draft, choice) && !isIsolated
                    ? ChunkPacking.Spread(book, together.Contains, CoinGroups.RunsOf(draft, turn, together.Count))
                    : ChunkPacking.Pack(book, together.Contains, isIsolated ? Math.Min(size.Key, most) : most);
            foreach (var run in runs)
            {
                yield return Group(draft, turn, run) with
                {
                    IsIsolated = isIsolated,
                };
            }
        }
    }

    /// <summary>Before a coin, the failures of either revision make groups small.</summary>
    private static Dictionary<string, int> SizesOf(Draft draft, Turn turn, ArmChoice choice)
    {
        var arms = choice switch
        {
            ArmChoice.Stable => (Arm[])[Arm.Stable],
            ArmChoice.Candidate => [Arm.Candidate],
            _ => [Arm.Stable, Arm.Candidate],
        };
        return arms.SelectMany(arm => GroupSizes.Of(draft, turn, RunPlanning.RevisionOf(draft, arm)))
            .GroupBy(s => s.Key, s => s.Value, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Min(), StringComparer.Ordinal);
    }

    private static RunGroup Flipped(Draft draft, Turn turn, RunGroup group)
    {
        var attempt = draft.Followed.RunningAttempt!; // without one no store has a coin
        var (arm, coin) = Trials.Flip(draft, attempt, new CoinPlace(turn.Flow.Name, turn.Occasion.Id, group.Stores[0]));
        return group with { Arm = arm, Coin = coin };
    }

    /// <summary>In whole seconds, so that pods of neighbouring chunks are created together.</summary>
    public static TimeSpan OffsetOf(Occasion occasion, uint position) =>
        TimeSpan.FromSeconds(Math.Floor(occasion.Spread.TotalSeconds * position / (1L << 32)));

    /// <summary>When the run of each store is due, counted from the slot.</summary>
    public static Dictionary<string, TimeSpan> Offsets(Draft draft, string flow, Occasion occasion) =>
        draft
            .Record.ChunksOf(flow)
            .Chunks.SelectMany(c =>
                c.Stores.Select(s => (Store: s, Offset: OffsetOf(occasion, Chunking.PositionOf(c.Id))))
            )
            .ToDictionary(p => p.Store, p => p.Offset, StringComparer.Ordinal);

    private static RunGroup Group(Draft draft, Turn turn, PackedRun run)
    {
        var (occasion, ledger) = (turn.Occasion, draft.Record.Ledger(turn.Flow.Name));
        var offset = OffsetOf(occasion, run.Position);
        return new RunGroup
        {
            Stores = run.Stores,
            DueAt = occasion.Slot + offset,
            StartBy = run.Stores.Min(s => CatchUps.StartBy(ledger, occasion, s, draft.Now)) - occasion.Spread + offset,
            ServedLast = run.Stores.Min(turn.Waits.ServedLast),
            IsStarving = run.Stores.Any(turn.Waits.IsStarving),
        };
    }
}
