using System.Collections.Immutable;
using CsCheck;
using Operator.Api;
using Operator.Planning.Actions;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Steps;
using Operator.Planning.Stores;

namespace Operator.Planning.Tests.Actions;

/// <summary>Compares suspensions with a simple model: one end time for each flow and store.</summary>
public sealed class SuspensionProperties
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] Flows = ["orders", "prices"];
    private static readonly ImmutableArray<string> Stores = ["store-001", "store-002", "store-003"];

    private static readonly ImmutableArray<string>[] Groups =
    [
        [],
        ["store-001"],
        ["store-002", "store-001"],
        ["store-003"],
    ];

    private sealed record Move(bool IsSuspend, string Flow, ImmutableArray<string> Stores, int Until, int Pause);

    private static readonly Gen<Move[]> Histories = Gen.Select(
        Gen.Bool,
        Gen.Int[0, 2].Select(i => i == 0 ? "" : Flows[i - 1]),
        Gen.Int[0, 3].Select(i => Groups[i]),
        Gen.Int[0, 40],
        Gen.Int[1, 15],
        (isSuspend, flow, stores, until, pause) => new Move(isSuspend, flow, stores, until, pause)
    ).Array[1, 30];

    [Fact]
    public void A_store_is_held_as_long_as_the_model_says_whatever_is_dropped() =>
        Histories.Sample(
            history =>
            {
                var (now, record) = (Start, new ConnectorRecord());
                var model = new Dictionary<(string, string), DateTimeOffset>();
                foreach (var move in history)
                {
                    now += TimeSpan.FromSeconds(move.Pause);
                    record = Forgotten(record, now);
                    record = Played(record, move, now);
                    Model(model, move, now);
                    var held = Suspensions.Of(record.Actions);
                    foreach (var (flow, store) in Flows.SelectMany(f => Stores.Select(s => (f, s))))
                    {
                        Assert.Equal(
                            Later(model.GetValueOrDefault((flow, store)), now),
                            Later(held.HeldUntil(flow, store), now)
                        );
                    }
                    foreach (var flow in Flows)
                    {
                        var isWhole = held.HeldUntil(flow) > now;
                        Assert.True(
                            !isWhole || Stores.All(s => held.HeldUntil(flow, s) > now),
                            "the flow is suspended, but one of its stores is not"
                        );
                        Assert.Equal(isWhole, held.HolderOf(flow, now) is not null);
                    }
                }
            },
            iter: 3000
        );

    private static ConnectorRecord Played(ConnectorRecord record, Move move, DateTimeOffset now)
    {
        var spec = new ActionSpec
        {
            Action = move.IsSuspend ? ActionVerb.Suspend : ActionVerb.Unsuspend,
            Flow = move.Flow,
            Stores = move.Stores,
            Until = new Instant(UntilOf(move, now) is { } until ? $"{until:yyyy-MM-dd'T'HH:mm:ss'Z'}" : ""),
        };
        var request = new ActionRequest(DraftOf(record, now), A.Action("a", spec, now, "a"));
        var verdict = move.IsSuspend ? SuspendRequests.Suspend(request) : SuspendRequests.Unsuspend(request);
        var settled = Assert.IsType<ActionVerdict.Settle>(verdict);
        Assert.Equal(ActionState.Applied, settled.State);
        return settled.Record;
    }

    /// <summary>The record after a slot of every flow. Suspensions that ended before the slot may be dropped.</summary>
    private static ConnectorRecord Forgotten(ConnectorRecord record, DateTimeOffset now)
    {
        foreach (var flow in Flows)
        {
            record = record.With(flow, new FlowPlan { LastSlot = now });
        }
        return Forgetting.Orders(DraftOf(record, now)).Record;
    }

    private static Draft DraftOf(ConnectorRecord record, DateTimeOffset now)
    {
        var connector = A.Connector(Start, stores: 3);
        connector = connector with { Spec = connector.Spec with { Flows = [.. Flows.Select(A.Flow)] } };
        var seen = new Observation { Now = now, Connector = connector };
        return new Draft(seen, record);
    }

    private static void Model(Dictionary<(string, string), DateTimeOffset> model, Move move, DateTimeOffset now)
    {
        foreach (var flow in Flows.Where(f => move.Flow.Length == 0 || f == move.Flow))
        {
            foreach (var store in Stores.Where(s => move.Stores.IsEmpty || move.Stores.Contains(s)))
            {
                var end = model.GetValueOrDefault((flow, store));
                var until = UntilOf(move, now) ?? DateTimeOffset.MaxValue;
                model[(flow, store)] = move.IsSuspend ? (end > until ? end : until) : (end > now ? now : end);
            }
        }
    }

    /// <summary>The end of a suspension; null, in one of four cases, means for ever.</summary>
    private static DateTimeOffset? UntilOf(Move move, DateTimeOffset now) =>
        move.IsSuspend && move.Until % 4 != 0 ? now.AddSeconds(move.Until) : null;

    private static DateTimeOffset Later(DateTimeOffset? end, DateTimeOffset now) => end > now ? end.Value : now;
}
