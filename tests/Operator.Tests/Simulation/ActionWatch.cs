using System.Collections.Immutable;
using Operator.Planning.Record;
using Operator.Testing;

namespace Operator.Tests.Simulation;

/// <summary>
/// Checks the actions in the committed records: a decision never changes, and no run is planned for a store that was and is
/// suspended without an end.
/// </summary>
internal sealed class ActionWatch(FakeCluster cluster, List<string> violations)
{
    private readonly Dictionary<(string Record, string Uid), ActionState> _decided = [];
    private ConnectorRecord? _before;

    public void Committed(ConnectorRecord record, DateTimeOffset at)
    {
        foreach (var decided in record.Actions.Decided)
        {
            var key = (record.Id, decided.Uid);
            if (_decided.TryGetValue(key, out var state) && state != decided.State)
            {
                violations.Add($"{at:HH:mm:ss.fff}: action {decided.Name} was {state} and is {decided.State}");
            }
            _decided[key] = decided.State;
        }
        if (_before is { } before && before.Id == record.Id)
        {
            ExpectNoneSuspended(before, record, at);
        }
        _before = record;
    }

    /// <summary>At the end every action is decided, and its status equals the record.</summary>
    public void ExpectAllTold()
    {
        var decided = _before?.Actions.Decided.ToLookup(d => d.Uid, d => d.State.ToString(), StringComparer.Ordinal);
        foreach (var action in cluster.All(Kinds.Actions).Select(Gathering.Projections.Action))
        {
            var known = decided?[action.Metadata.Uid].LastOrDefault();
            if (known is null || action.Status.State != known)
            {
                violations.Add(
                    $"at the end: action {action.Metadata.Name} says '{action.Status.State}', the record '{known}'"
                );
            }
        }
    }

    /// <summary>Ignores suspensions with an end, because each process has its own clock.</summary>
    private void ExpectNoneSuspended(ConnectorRecord before, ConnectorRecord record, DateTimeOffset at)
    {
        if (before.Actions.Orders.IsEmpty)
        {
            return;
        }
        var (was, stays) = (before.Actions.Orders, record.Actions.Orders);
        foreach (var (flow, plan) in record.Plans)
        {
            foreach (var occasion in plan.Occasions)
            {
                var old = before.Plan(flow).Find(occasion.Id)?.Entries.Length ?? 0;
                var suspended = occasion
                    .Entries.Skip(old)
                    .SelectMany(e => e.Stores)
                    .FirstOrDefault(s => IsForGood(was, flow, s) && IsForGood(stays, flow, s));
                if (suspended is not null)
                {
                    violations.Add($"{at:HH:mm:ss.fff}: {suspended} is planned on {occasion.Id} while it is suspended");
                }
            }
        }
    }

    /// <summary>The last order about the store is a suspension without an end.</summary>
    private static bool IsForGood(ImmutableArray<SuspensionOrder> orders, string flow, string store) =>
        orders.LastOrDefault(o =>
            o.HasFlow(flow) && (o.Stores.IsEmpty || o.Stores.Contains(store, StringComparer.Ordinal))
        )
            is { IsLift: false, Until: null };
}
