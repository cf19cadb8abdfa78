using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Output;
using Operator.Planning.Record;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.FreshEyes;

/// <summary>Content that can't be formed, invalid specs and refused commits.</summary>
public sealed class Content
{
    private const string Key = "settings/mode";

    [Fact]
    public void A_revert_in_Git_stops_the_candidate_though_the_reverted_ConfigMap_is_missing()
    {
        var world = WithMode("good");
        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromMinutes(10), w => w.Attempt is { HasStarted: true });
        var cohort = world.Attempt!.Cohort;

        world.ShipImage(A.Good);
        world.ConfigMapValues = world.ConfigMapValues.SetItem(Key, null);
        world.Run(TimeSpan.FromMinutes(10));

        Assert.Equal(A.Good, world.Record.Stable!.Sync.Image);
        Assert.InRange(world.Attempt?.Cohort ?? 0, 0, cohort);
    }

    [Fact]
    public void The_rollout_is_not_up_to_date_while_newer_content_can_not_be_formed()
    {
        var world = WithMode("good");

        world.ShipImage(A.Better);
        world.ConfigMapValues = world.ConfigMapValues.SetItem(Key, null);
        world.Run(TimeSpan.FromMinutes(1));

        var ready = world.Last.RolloutStatus!.Conditions.First(c => c.Type == ConditionTypes.Ready);
        Assert.False(ready is { Status: "True", Reason: Reasons.UpToDate }, ready.Message);
    }

    [Fact]
    public void A_value_that_is_too_large_is_looked_at_again_soon()
    {
        var world = WithMode("good");
        world.Connector = world.Connector.With(A.Flow() with { Schedule = "@every 24h" });
        world.Run(TimeSpan.FromMinutes(2));

        world.ConfigMapValues = world.ConfigMapValues.SetItem(
            Key,
            new string('x', RevisionContent.MostBytesOfValue + 1)
        );
        var plan = Planner.Plan(world.Observe());

        Assert.Contains(plan.ConnectorStatus.Conditions, c => c is { Type: ConditionTypes.Stalled, Status: "True" });
        Assert.InRange(plan.WakeAt ?? DateTimeOffset.MaxValue, world.Now, world.Now.AddMinutes(10));
    }

    [Fact]
    public void A_rejection_of_unknown_content_names_no_empty_revision()
    {
        var world = WithMode("good");
        world.ConfigMapValues = world.ConfigMapValues.SetItem(Key, null);
        world.LoseRecord();
        world.Run(TimeSpan.FromMinutes(1));

        var status = world.Last.RolloutStatus!;

        Assert.NotEqual("", status.RejectedRevision);
        Assert.All(
            status.Conditions,
            c => Assert.DoesNotContain("revision  is rejected", c.Message, StringComparison.Ordinal)
        );
    }

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
                            Env =
                            [
                                new EnvVar
                                {
                                    ValueFrom = new EnvVarSource { ConfigMapKeyRef = new KeySelector() },
                                },
                            ],
                        },
                    },
                ["a grace"] = s =>
                    s with
                    {
                        Sync = s.Sync with { TerminationGracePeriod = new Duration("x") },
                    },
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
    public void Content_that_all_stores_get_after_a_record_was_lost_is_read_live_first()
    {
        var world = A.SettledWorld();
        world.LoseRecord(keepParts: false);
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with { UpdatePolicy = UpdatePolicy.Immediate },
        };
        world.ShipImage(A.Better);

        var plan = Planner.Plan(world.Observe());

        Given.That(plan.Record.Stable?.Sync.Image == A.Better, "content for all stores");
        Assert.True(plan.Widens);
    }

    [Fact]
    public void While_the_record_is_refused_what_the_committed_record_allows_is_deleted_all_the_same()
    {
        var world = A.SettledWorld();
        world.Connector = Keep(world.Connector, 9);
        world.Run(TimeSpan.FromMinutes(2));
        world.Connector = Keep(world.Connector, 0);
        var allowed = Planner.Plan(world.Observe() with { RecordTooLarge = "it is" });
        Given.That(allowed.Changes.OfType<Change.DeletePod>().Any(), "pods that may go");

        var plan = Planner.Plan(world.Observe() with { CommitRefusal = "exceeded quota: count/syncrecords" });

        Assert.Equal(allowed.Changes.Length, plan.Changes.Length);
        Assert.NotNull(plan.RolloutStatus);
    }

    private static MarketplaceConnector Keep(MarketplaceConnector connector, int slots) =>
        connector with
        {
            Spec = connector.Spec with { History = new HistoryLimits { Slots = slots, FailedRuns = 0 } },
        };

    private static World WithMode(string value)
    {
        var world = new World { Rollout = new RolloutSight.Present(A.Rollout()) };
        world.ConfigMapValues = world.ConfigMapValues.SetItem(Key, value);
        var variable = new EnvVar
        {
            Name = "MODE",
            ValueFrom = new EnvVarSource
            {
                ConfigMapKeyRef = new KeySelector { Name = "settings", Key = "mode" },
            },
        };
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with { Sync = world.Connector.Spec.Sync with { Env = [variable] } },
        };
        world.Run(TimeSpan.FromSeconds(25));
        Given.That(world.Record.Revisions.StableIsProven, "a proven stable");
        world.Runs.Clear();
        return world;
    }
}
