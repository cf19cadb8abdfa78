using Operator.Planning.Quotas;
using Operator.Planning.Record;

namespace Operator.Planning.Stores;

/// <summary>Holds due stores of a flow back: authentication pauses and quotas. A hold is never evidence against the version.</summary>
internal sealed class StoreHolds
{
    private readonly PauseBook _pauses;
    private readonly QuotaGate _gate;
    private readonly DateTimeOffset _now;

    private StoreHolds(PauseBook pauses, QuotaGate gate, DateTimeOffset now) =>
        (_pauses, _gate, _now) = (pauses, gate, now);

    /// <summary>The probe of a common pause has not ended yet.</summary>
    public bool IsProbing { get; private init; }

    /// <summary>When the spec no longer lists the flow, only the pauses of its stores apply.</summary>
    public static StoreHolds Of(EffectiveSpec effective, ConnectorRecord record, string flow, DateTimeOffset now) =>
        new(record.Pauses, QuotaGate.Of(effective.Quotas, record, effective.Spec.FindFlow(flow), now), now)
        {
            IsProbing = CommonPauses.IsProbing(record),
        };

    /// <summary>A pause or a quota can hold stores back.</summary>
    public static bool Exist(EffectiveSpec effective, ConnectorRecord record) =>
        !record.Pauses.IsEmpty || effective.Spec.Flows.Any(f => !effective.Quotas.Of(f).IsEmpty);

    /// <summary>No quota limits the flow.</summary>
    public bool AreCallsFree => _gate.IsOpen;

    /// <summary>The quotas of the flow.</summary>
    public QuotaGate Gate => _gate;

    /// <summary>The stores that may run now, in the given order. <paramref name="probes"/> may, though they pause.</summary>
    public IEnumerable<string> Admit(IEnumerable<string> stores, IReadOnlySet<string> probes) =>
        _gate.Admit(stores.Where(s => !IsPaused(s, probes)));

    /// <summary>The store pauses now, for itself or with most others, and is no probe.</summary>
    public bool IsPaused(string store, IReadOnlySet<string> probes) =>
        !probes.Contains(store) && (IsInCommonPause(store) || Holds(store, _now));

    /// <summary>The store pauses together with most others: it runs when it is its turn to probe, or when they are free.</summary>
    public bool IsInCommonPause(string store) => _pauses.Common is not null && _pauses.Auth.ContainsKey(store);

    /// <summary>The store pauses for itself beside the common pause.</summary>
    public bool HasOwnPause(string store) =>
        _pauses.Auth.GetValueOrDefault(store) is { } pause
        && _pauses.Common?.Covers(pause) != true
        && _now < pause.Until;

    /// <summary>
    /// The store's authentication pause ends after the occasion's last start time. While a probe runs, it may end at any time.
    /// </summary>
    public bool IsLockedOut(Occasion occasion, string store) =>
        !(IsProbing && IsInCommonPause(store)) && Holds(store, occasion.StartBy);

    /// <summary>The store had no run on the occasion because of its pause.</summary>
    public bool MissesByPause(Occasion occasion, string store) =>
        IsInCommonPause(store)
        || Holds(store, occasion.StartBy)
        || _pauses.Ended.GetValueOrDefault(store) > occasion.StartBy;

    /// <summary>The store paused when the occasion was due; the pause may be over now.</summary>
    public bool PausedWhenDue(Occasion occasion, string store) =>
        Holds(store, occasion.Slot) || _pauses.Ended.GetValueOrDefault(store) > occasion.Slot;

    /// <summary>The store's calls cannot be promised now.</summary>
    public bool LacksCalls(string store) => _gate.KeptBy(store) is not null;

    /// <summary>The store cannot run in time, so the occasion does not wait for the store.</summary>
    public bool Skips(Occasion occasion, string store) =>
        IsLockedOut(occasion, store)
        || (!_gate.IsOpen && (_gate.ReadyAt(store) is not { } ready || ready > occasion.StartBy));

    /// <summary>The first instant at which a held store of <paramref name="waiting"/> may run; null when none is held.</summary>
    public DateTimeOffset? NextEnd(IEnumerable<string> waiting) =>
        _gate.IsOpen && _pauses.IsEmpty ? null : waiting.Select(HeldUntil).Where(at => at > _now).Min();

    private DateTimeOffset? HeldUntil(string store)
    {
        var (ready, paused) = (_gate.ReadyAt(store), CommonPauses.Until(_pauses, store));
        return paused > ready ? paused : ready;
    }

    private bool Holds(string store, DateTimeOffset at) => AuthPauses.Holds(_pauses, store, at);

    /// <summary>The quota that holds the first held store back; null when no quota does.</summary>
    public Limit? KeptBy(IEnumerable<string> waiting) =>
        waiting.Select(_gate.KeptBy).FirstOrDefault(l => l is not null);
}
