using Operator.Planning.Quotas;
using Operator.Planning.Record;

namespace Operator.Planning.Stores;

/// <summary>What keeps single stores of a flow from running although they are due. None of it is the version's fault.</summary>
internal sealed class StoreHolds
{
    private readonly PauseBook _pauses;
    private readonly QuotaGate _gate;
    private readonly DateTimeOffset _now;

    private StoreHolds(PauseBook pauses, QuotaGate gate, DateTimeOffset now) =>
        (_pauses, _gate, _now) = (pauses, gate, now);

    /// <summary>Of a flow that the spec no longer lists only its stores' pauses are known.</summary>
    public static StoreHolds Of(EffectiveSpec effective, ConnectorRecord record, string flow, DateTimeOffset now) =>
        new(record.Pauses, QuotaGate.Of(effective.Quotas, record.Quotas, effective.Spec.FindFlow(flow), now), now);

    /// <summary>There is something that may hold stores.</summary>
    public static bool Exist(EffectiveSpec effective, ConnectorRecord record) =>
        !record.Pauses.IsEmpty || effective.Spec.Flows.Any(f => !effective.Quotas.Of(f).IsEmpty);

    /// <summary>No quota limits the flow.</summary>
    public bool AreCallsFree => _gate.IsOpen;

    /// <summary>What a run of the flow is promised for each of its stores.</summary>
    public QuotaGate Gate => _gate;

    /// <summary>Those that may run now, in their order.</summary>
    public IEnumerable<string> Admit(IEnumerable<string> stores) =>
        _gate.Admit(stores.Where(s => !AuthPauses.Holds(_pauses, s, _now)));

    /// <summary>It could not authenticate, and pauses for longer than the occasion waits.</summary>
    public bool IsLockedOut(Occasion occasion, string store) => AuthPauses.Holds(_pauses, store, occasion.StartBy);

    /// <summary>The calls of its run can't be promised now.</summary>
    public bool LacksCalls(string store) => _gate.KeptBy(store) is not null;

    /// <summary>The store will not run within the occasion: the occasion does not wait for it.</summary>
    public bool Skips(Occasion occasion, string store) =>
        IsLockedOut(occasion, store)
        || (!_gate.IsOpen && (_gate.ReadyAt(store) is not { } ready || ready > occasion.StartBy));

    /// <summary>When the first of these stores that is held may run; null when none is.</summary>
    public DateTimeOffset? NextEnd(IEnumerable<string> waiting) =>
        _gate.IsOpen && _pauses.IsEmpty ? null : waiting.Select(HeldUntil).Where(at => at > _now).Min();

    private DateTimeOffset? HeldUntil(string store)
    {
        var (ready, paused) = (_gate.ReadyAt(store), AuthPauses.Until(_pauses, store));
        return paused > ready ? paused : ready;
    }

    /// <summary>The quota that the first of these stores waits for, or null.</summary>
    public Limit? KeptBy(IEnumerable<string> waiting) =>
        waiting.Select(_gate.KeptBy).FirstOrDefault(l => l is not null);
}
