using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Quotas;

namespace Operator.Planning.Stores;

/// <summary>
/// The connector's spec for planning: with the stores of all lists, without wrong flows, and with <c>suspend</c> set where actions suspend all flows.
/// <c>Observation.Connector</c> keeps the original spec.
/// </summary>
internal sealed record EffectiveSpec
{
    private readonly Lazy<SharedAccounts> _accounts;

    private EffectiveSpec(ConnectorSpec spec, WrongParts wrong)
    {
        (ListedFlows, Wrong) = (spec.Flows, wrong);
        Spec = WithoutWrong(spec, wrong);
        Roster = RosterOf(Spec.Stores);
        HasActiveStores = !Roster.Active.IsEmpty || !Roster.Wrong.IsEmpty;
        // A run of a flow that stands still reports its calls all the same.
        Quotas = QuotaTable.Of(spec);
        var stores = Spec.Stores;
        _accounts = new Lazy<SharedAccounts>(() => new SharedAccounts(stores));
    }

    public ConnectorSpec Spec { get; private init; }

    /// <summary>Stores that have one account.</summary>
    public SharedAccounts Accounts => _accounts.Value;

    /// <summary>All flows of the spec, also those that stand still.</summary>
    public ImmutableArray<Flow> ListedFlows { get; }

    /// <summary>What is wrong with flows and stores that stand still.</summary>
    public WrongParts Wrong { get; }

    /// <summary>All stores, including those of <c>storesFrom</c>.</summary>
    public StoreRoster Roster { get; private init; }

    /// <summary>The spec suspends not every store. Suspensions by actions change nothing here.</summary>
    public bool HasActiveStores { get; }

    /// <summary>The quotas of the APIs that the flows use.</summary>
    public QuotaTable Quotas { get; }

    /// <summary>The suspensions by actions. <see cref="Spec"/> shows only suspensions that cover all flows.</summary>
    public Suspensions Suspended { get; private init; } = Suspensions.None;

    public static EffectiveSpec Of(ConnectorSpec spec) => new(spec, WrongParts.None);

    public static EffectiveSpec Of(ConnectorSpec spec, WrongParts wrong) => new(spec, wrong);

    /// <summary>The spec lists the flow, perhaps as one that stands still.</summary>
    public bool IsListed(string flow) => FindListed(flow) is not null;

    /// <summary>As <see cref="ConnectorSpec.FindFlow"/>, perhaps a flow that stands still.</summary>
    public Flow? FindListed(string flow) => ListedFlows.FirstOrDefault(f => f.Name == flow);

    /// <summary>The flow stands still, because its spec is wrong.</summary>
    public bool StandsStill(string flow) => Wrong.Flows.ContainsKey(flow);

    /// <summary>
    /// Applies the suspensions that are active now. The connector is suspended when all its flows are suspended. A store is
    /// suspended when it is suspended in all flows.
    /// </summary>
    public EffectiveSpec Under(Suspensions held, DateTimeOffset now)
    {
        var under = this with { Suspended = held };
        if (held.IsEmpty || Spec.Flows.IsEmpty)
        {
            return under;
        }
        if (Spec.Flows.All(f => held.HeldUntil(f.Name) > now))
        {
            return under with { Spec = Spec with { Suspend = true } };
        }
        bool IsHeld(string store) => Spec.Flows.All(f => held.HeldUntil(f.Name, store) > now);
        var spec = Spec with { Stores = [.. Spec.Stores.Select(s => IsHeld(s.Name) ? s with { Suspend = true } : s)] };
        return under with { Spec = spec, Roster = RosterOf(spec.Stores) };
    }

    private StoreRoster RosterOf(ImmutableArray<Store> stores) =>
        Wrong.Stores.IsEmpty ? new StoreRoster(stores) : new StoreRoster(stores, Wrong.Stores.ContainsKey);

    /// <summary>A store whose name is no name can't be kept in the record, nor counted.</summary>
    private static ConnectorSpec WithoutWrong(ConnectorSpec spec, WrongParts wrong) =>
        wrong.Flows.IsEmpty && wrong.Stores.IsEmpty
            ? spec
            : spec with
            {
                Flows = spec.Flows.RemoveAll(f => wrong.Flows.ContainsKey(f.Name)),
                Stores = spec.Stores.RemoveAll(s =>
                    wrong.Stores.ContainsKey(s.Name) && !ObjectNames.IsStoreName(s.Name)
                ),
            };
}
