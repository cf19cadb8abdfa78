using System.Collections.Immutable;
using Operator.Planning.Drafts;
using Operator.Planning.Record;
using Operator.Planning.Rollouts;
using Operator.Planning.Stores;

namespace Operator.Planning.Runs;

/// <summary>
/// Stores that each open occasion still has to run, and the limits on a flow's stores. Planning, closing, wake-up and
/// status all use it. Answers are cached, and computed again only when their inputs in the record change: a connector may
/// have ten thousand stores.
/// </summary>
internal sealed class WaitingStores
{
    private readonly Dictionary<string, Held> _holds = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Flow, string Occasion), Answer> _answers = [];

    /// <summary>The quotas and pauses that limit the flow's stores.</summary>
    public StoreHolds HoldsOf(Draft draft, string flow)
    {
        var record = draft.Followed;
        var (quotas, pauses, attempt) = (record.Quotas, record.Pauses, record.RunningAttempt);
        if (
            _holds.TryGetValue(flow, out var held)
            && ReferenceEquals(held.Effective, draft.Effective)
            && ReferenceEquals(held.Quotas, quotas)
            && ReferenceEquals(held.Pauses, pauses)
            && ReferenceEquals(held.Attempt, attempt)
        )
        {
            return held.Holds;
        }
        var holds = StoreHolds.Of(draft.Effective, record, flow, draft.Now);
        _holds[flow] = new Held(draft.Effective, quotas, pauses, attempt, holds);
        return holds;
    }

    /// <summary>Active stores that this occasion still has to run, stores of live runs included.</summary>
    public ImmutableArray<string> Of(Draft draft, string flow, Occasion occasion)
    {
        if (draft.Now > occasion.StartBy || !draft.Record.Plan(flow).Plannable.Any(o => o.Id == occasion.Id))
        {
            return [];
        }
        var (holds, key) = (HoldsOf(draft, flow), (flow, occasion.Id));
        var revisions = Revisions.Of(draft.Followed, flow);
        if (
            _answers.TryGetValue(key, out var answer)
            && ReferenceEquals(answer.Occasion, occasion)
            && ReferenceEquals(answer.Holds, holds)
            && answer.Revisions == revisions
        )
        {
            return answer.Stores;
        }
        var tries = Tries.Of(draft.Followed, flow, occasion);
        var isTooLate = CatchUps.TooLate(draft.Record, flow, occasion, draft.Now);
        ImmutableArray<string> stores =
        [
            .. DueStores
                .Of(draft, flow, occasion)
                .Where(s =>
                    !draft.Roster.Wrong.Contains(s) && tries.OwesRun(s) && !holds.Skips(occasion, s) && !isTooLate(s)
                ),
        ];
        _answers[key] = new Answer(occasion, holds, revisions, stores);
        return stores;
    }

    private sealed record Held(
        EffectiveSpec Effective,
        QuotaBook Quotas,
        PauseBook Pauses,
        Attempt? Attempt,
        StoreHolds Holds
    );

    private sealed record Answer(
        Occasion Occasion,
        StoreHolds Holds,
        Revisions Revisions,
        ImmutableArray<string> Stores
    );

    /// <summary>What <see cref="Tries"/> reads besides the occasion.</summary>
    private sealed record Revisions(string? Stable, string? Candidate, ImmutableArray<GeneralFailure> Failures)
    {
        public static Revisions Of(ConnectorRecord record, string flow) =>
            new(record.Revisions.StableHash, record.RunningAttempt?.Revision, record.Plan(flow).GeneralFailures);
    }
}
