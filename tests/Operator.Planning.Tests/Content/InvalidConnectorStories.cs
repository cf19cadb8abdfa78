using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Output;
using Operator.Planning.Record;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Content;

/// <summary>A connector with problems is told, and stops no plan.</summary>
public sealed class InvalidConnectorStories
{
    public static TheoryData<string, bool> Edits()
    {
        var data = new TheoryData<string, bool>();
        foreach (var edit in Invalid.Keys)
        {
            data.Add(edit, false);
            data.Add(edit, true);
        }
        return data;
    }

    private static readonly ImmutableSortedDictionary<string, Func<ConnectorSpec, ConnectorSpec>> Invalid =
        ImmutableSortedDictionary.CreateRange(
            StringComparer.Ordinal,
            new Dictionary<string, Func<ConnectorSpec, ConnectorSpec>>
            {
                ["a macro"] = s => s with { Flows = [s.Flows[0] with { Schedule = "@daily" }] },
                ["no schedule"] = s => s with { Flows = [s.Flows[0] with { Schedule = "" }] },
                ["a zone"] = s =>
                    s with
                    {
                        Flows = [s.Flows[0] with { Schedule = "* * * * *", TimeZone = "Mars/Base" }],
                    },
                ["a duration"] = s => s with { Flows = [s.Flows[0] with { Timeout = new Duration("soon") }] },
                ["no flow"] = s => s with { Flows = [] },
                ["a flow twice"] = s => s with { Flows = [s.Flows[0], s.Flows[0]] },
                ["a store twice"] = s => s with { Stores = [.. s.Stores, s.Stores[0]] },
                ["no store"] = s => s with { Stores = [] },
                ["groups of none"] = s => s with { Flows = [s.Flows[0] with { MaxStoresPerRun = 0 }] },
                ["a rate"] = s =>
                    s with
                    {
                        Flows = [s.Flows[0] with { Uses = [new ApiUse { Api = "a" }] }],
                        Quotas = [new Quota { Api = "a", Rate = new Rate("0/0s") }],
                    },
                ["a use twice"] = s =>
                    s with
                    {
                        Flows = [s.Flows[0] with { Uses = [new ApiUse { Api = "a" }, new ApiUse { Api = "a" }] }],
                        Quotas = [new Quota { Api = "a", Rate = new Rate("1/1s") }],
                    },
                ["a variable"] = s =>
                    s with
                    {
                        Sync = s.Sync with
                        {
                            Env = [new EnvVar { ValueFrom = new EnvVarSource { ConfigMapKeyRef = new KeySelector() } }],
                        },
                    },
                ["a grace"] = s => s with { Sync = s.Sync with { TerminationGracePeriod = new Duration("x") } },
            }
        );

    [Theory]
    [MemberData(nameof(Edits))]
    public void An_invalid_connector_is_told_and_stops_no_plan(string edit, bool isDuringAttempt)
    {
        var world = A.SettledWorld();
        if (isDuringAttempt)
        {
            world.ShipImage(A.Better);
            world.Run(TimeSpan.FromMinutes(5), w => w.Attempt is { HasStarted: true });
        }
        world.Connector = world.Connector with { Spec = Invalid[edit](world.Connector.Spec) };
        world.Findings = [$"spec: {edit}"];

        for (var i = 0; i < 40; i++)
        {
            world.Step();
            world.Now += TimeSpan.FromSeconds(5);
        }

        Assert.Equal(Reasons.InvalidSpec, world.Ready().Reason);
    }

    [Fact]
    public void A_run_that_the_record_stops_is_deleted_though_the_connector_has_problems()
    {
        var world = A.SettledWorld();
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromHours(1) };
        // The operator commits that runs are out of time, and dies.
        for (var i = 0; i < 180 && Stops(world.Record) == 0; i++)
        {
            world.Now += TimeSpan.FromSeconds(1);
            world.Step(crashAfter: Stops(Planner.Plan(world.Observe()).Record) > 0 ? 1 : int.MaxValue);
        }
        Given.That(Stops(world.Record) > 0, "runs to delete");

        world.Findings = ["spec: a problem"];
        var plan = Planner.Plan(world.Observe());

        Assert.Equal(Stops(world.Record), plan.Changes.OfType<Change.DeletePod>().Count());

        static int Stops(ConnectorRecord record) =>
            record.Plan("orders").Entries.Count(e => e is { Result: null, Stop: not null });
    }
}
