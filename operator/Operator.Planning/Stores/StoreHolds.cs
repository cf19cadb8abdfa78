using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Quotas;
using Operator.Planning.Record;

namespace Operator.Planning.Stores;

/// <summary>What keeps single stores from running although they are due: nothing of it is the version's.</summary>
internal sealed class StoreHolds
{
    private readonly Draft _draft;
    private readonly QuotaGate _gate;

    private StoreHolds(Draft draft, QuotaGate gate) => (_draft, _gate) = (draft, gate);

    /// <summary>Of a flow that the spec no longer lists, nothing is known but its stores' pauses.</summary>
    public static StoreHolds Of(Draft draft, string flow) =>
        new(
            draft,
            QuotaGate.Of(
                draft,
                draft.Spec.Flows.FirstOrDefault(f => string.Equals(f.Name, flow, StringComparison.Ordinal))
                    ?? new Flow()
            )
        );

    /// <summary>There is something that may hold stores.</summary>
    public static bool Exist(Draft draft) =>
        !draft.Record.Pauses.IsEmpty || draft.Spec.Flows.Any(f => !draft.Quotas.Of(f).IsEmpty);

    /// <summary>No quota limits the flow.</summary>
    public bool AreCallsFree => _gate.IsOpen;

    /// <summary>Those that may run now, in their order.</summary>
    public IEnumerable<string> Admit(IEnumerable<string> stores) =>
        _gate.Admit(stores.Where(s => !AuthPauses.Holds(_draft, s)));

    /// <summary>It could not authenticate, and pauses for longer than the occasion waits.</summary>
    public bool IsLockedOut(Occasion occasion, string store) => AuthPauses.HoldsUntil(_draft, store, occasion.StartBy);

    /// <summary>The calls of its run can't be promised now.</summary>
    public bool LacksCalls(string store) => _gate.KeptBy(store) is not null;

    /// <summary>The store will not run within the occasion: nobody need wait for it.</summary>
    public bool Skips(Occasion occasion, string store) =>
        IsLockedOut(occasion, store)
        || (!_gate.IsOpen && (_gate.ReadyAt(store) is not { } ready || ready > occasion.StartBy));

    /// <summary>When the first of these stores that is held may run; null when none is.</summary>
    public DateTimeOffset? NextEnd(IEnumerable<string> waiting) =>
        _gate.IsOpen && _draft.Record.Pauses.IsEmpty
            ? null
            : waiting.Select(HeldUntil).Where(at => at > _draft.Now).Min();

    private DateTimeOffset? HeldUntil(string store)
    {
        var (ready, paused) = (_gate.ReadyAt(store), AuthPauses.Until(_draft, store));
        return paused > ready ? paused : ready;
    }

    /// <summary>The quota that the first of these stores waits for, or null.</summary>
    public Limit? KeptBy(IEnumerable<string> waiting) =>
        waiting.Select(_gate.KeptBy).FirstOrDefault(l => l is not null);
}
