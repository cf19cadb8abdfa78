using System.Collections.Immutable;
using Operator.Planning.Drafts;
using Operator.Planning.Record;
using Operator.Planning.Stores;

namespace Operator.Planning.Runs;

/// <summary>
/// Which stores each open occasion still owes a run, and what holds a flow's stores. Planning, closing, waking and telling all ask:
/// with ten thousand stores each answer is worked out once, and again only when the record has changed what it follows from.
/// </summary>
internal sealed class WaitingStores
{
    private readonly Dictionary<string, Held> _holds = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Flow, string Occasion), Answer> _answers = [];

    /// <summary>What may hold the flow's stores.</summary>
    public StoreHolds HoldsOf(Draft draft, string flow)
    {
        var (quotas, pauses) = (draft.Record.Quotas, draft.Record.Pauses);
        if (
            _holds.TryGetValue(flow, out var held)
            && ReferenceEquals(held.Effective, draft.Effective)
            && ReferenceEquals(held.Quotas, quotas)
            && ReferenceEquals(held.Pauses, pauses)
        )
        {
            return held.Holds;
        }
        var holds = StoreHolds.Of(draft.Effective, draft.Record, flow, draft.Now);
        _holds[flow] = new Held(draft.Effective, quotas, pauses, holds);
        return holds;
    }

    /// <summary>Active stores that this occasion still owes a run, those of live runs included.</summary>
    public ImmutableArray<string> Of(Draft draft, string flow, Occasion occasion)
    {
        if (draft.Now > occasion.StartBy || !draft.Record.Plan(flow).Plannable.Any(o => o.Id == occasion.Id))
        {
            return [];
        }
        var (holds, key) = (HoldsOf(draft, flow), (flow, occasion.Id));
        if (
            _answers.TryGetValue(key, out var answer)
            && ReferenceEquals(answer.Occasion, occasion)
            && ReferenceEquals(answer.Holds, holds)
        )
        {
            return answer.Stores;
        }
        var tries = Tries.Of(occasion);
        ImmutableArray<string> stores =
        [
            .. DueStores.Of(draft, flow, occasion).Where(s => tries.OwesRun(s) && !holds.Skips(occasion, s)),
        ];
        _answers[key] = new Answer(occasion, holds, stores);
        return stores;
    }

    private sealed record Held(EffectiveSpec Effective, QuotaBook Quotas, PauseBook Pauses, StoreHolds Holds);

    private sealed record Answer(Occasion Occasion, StoreHolds Holds, ImmutableArray<string> Stores);
}
