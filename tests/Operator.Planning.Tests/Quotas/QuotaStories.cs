using System.Collections.Immutable;
using System.Text.Json.Nodes;
using CsCheck;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Output;

namespace Operator.Planning.Tests.Quotas;

public sealed class QuotaStories
{
    private const string Api = "orders";

    [Fact]
    public void A_store_waits_until_its_calls_are_there()
    {
        // One call per 20 s, a slot every 10 s: the store skips every second slot.
        var world = WorldOf(new Quota { Api = Api, Rate = new Rate("1/20s") });

        world.Run(TimeSpan.FromMinutes(4));

        var starts = world.Runs.Where(r => r.Print.Stores.Contains("store-001")).Select(r => r.At).ToList();
        Assert.InRange(starts.Count, 11, 13);
        Assert.All(
            starts.Zip(starts.Skip(1)),
            pair => Assert.True(pair.Second - pair.First >= TimeSpan.FromSeconds(20))
        );
    }

    [Fact]
    public void The_status_says_what_a_flow_waits_for()
    {
        var world = WorldOf(new Quota { Api = Api, Rate = new Rate("1/15s") });

        var said = new HashSet<string?>();
        world.Run(
            TimeSpan.FromMinutes(1),
            w =>
            {
                said.Add(w.Last.ConnectorStatus.Flows[0].WaitingFor);
                return false;
            }
        );

        Assert.Contains("orders (1/15s, burst 1, per store)", said);
        Assert.Contains(null, said);
    }

    [Fact]
    public void An_applications_calls_go_round_among_the_stores()
    {
        // 20 calls per 10 s for 40 stores: each store runs in every second slot.
        var world = WorldOf(
            new Quota
            {
                Api = Api,
                Rate = new Rate("20/10s"),
                Scope = QuotaScope.Application,
            }
        );

        world.Run(TimeSpan.FromMinutes(4));

        var runs = world.Runs.SelectMany(r => r.Print.Stores).CountBy(s => s).Select(r => r.Value).ToList();
        Assert.Equal(40, runs.Count);
        Assert.InRange(runs.Max() - runs.Min(), 0, 2);
        var ready = world.Last.ConnectorStatus.Conditions.Single(c => c.Type == ConditionTypes.Ready);
        Assert.Equal(Reasons.QuotaTooLow, ready.Reason);
        Assert.Contains(
            "'orders' is called flow 'orders' 8640 times a day × 1 × 40 stores = 345600 times a day, its quota "
                + "(20/10s, burst 20, per application) allows 172800; run every 20s or more rarely",
            ready.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Calls_above_the_promise_are_waited_for()
    {
        var world = WorldOf(
            new Quota
            {
                Api = Api,
                Rate = new Rate("1/5s"),
                Burst = 5,
            }
        );
        world.Versions[A.Good] = new Behaviour { ReportsAlso = "\"calls\":{\"orders\":4}" };
        var alone = world.Connector.Spec.Flows[0] with { MaxStoresPerRun = 1, MaxConcurrentRuns = 40 };
        world.Connector = world.Connector with { Spec = world.Connector.Spec with { Flows = [alone] } };

        world.Run(TimeSpan.FromMinutes(4));

        // Four calls use the quota of 20 s, but slots are 10 s apart.
        var runs = world.Runs.Count(r => r.Print.Stores.Contains("store-001"));
        Assert.InRange(runs, 11, 14);
    }

    [Fact]
    public void Calls_of_a_run_that_never_started_are_put_back()
    {
        var world = WorldOf(
            new Quota
            {
                Api = Api,
                Rate = new Rate("1/1h"),
                Burst = 1,
            }
        );
        world.Versions[A.Good] = new Behaviour { CanStart = false };

        world.Run(TimeSpan.FromSeconds(40));

        Assert.True(world.Runs.Count(r => r.Print.Stores.Contains("store-001")) > 1);
    }

    [Fact]
    public void When_the_days_calls_are_spent_nothing_runs_until_the_marketplaces_midnight()
    {
        var world = WorldOf(marketplace: Marketplace.Shopee, api: "order.get_order_list");
        world.Versions[A.Good] = new Behaviour { ReportsAlso = "\"spent\":[\"order.get_order_list\"]" };
        world.Run(TimeSpan.FromSeconds(30));
        world.Runs.Clear();

        world.Run(TimeSpan.FromMinutes(2));
        Assert.Empty(world.Runs);
        var spent = Assert.Single(world.Last.ConnectorStatus.Conditions, c => c.Type == Reasons.QuotaSpent);
        Assert.Contains("'order.get_order_list' are used up", spent.Message, StringComparison.Ordinal);
        Assert.Contains("midnight in Asia/Singapore", spent.Message, StringComparison.Ordinal);

        world.Versions[A.Good] = new Behaviour();
        world.Now = new DateTimeOffset(2026, 11, 24, 15, 59, 30, TimeSpan.Zero);
        world.Run(TimeSpan.FromSeconds(30));
        Assert.Empty(world.Runs);
        world.Run(TimeSpan.FromSeconds(30));
        Assert.NotEmpty(world.Runs);
        Assert.DoesNotContain(world.Last.ConnectorStatus.Conditions, c => c.Type == Reasons.QuotaSpent);
    }

    [Fact]
    public void A_run_is_told_its_share_of_the_rate_and_its_calls()
    {
        var world = WorldOf(new Quota { Api = Api, Rate = new Rate("5/10s") });
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with
            {
                Flows =
                [
                    Uses(A.Flow(), new ApiUse { Api = Api, CallsPerStore = 2 }),
                    Uses(A.Flow("returns"), new ApiUse { Api = Api }, new ApiUse { Api = "app" }),
                ],
                Quotas =
                [
                    .. world.Connector.Spec.Quotas,
                    new Quota
                    {
                        Api = "app",
                        Rate = new Rate("1000/1s"),
                        Scope = QuotaScope.Application,
                    },
                ],
            },
        };

        var plans = new List<Plan>();
        world.Run(
            TimeSpan.FromSeconds(20),
            w =>
            {
                plans.Add(w.Last);
                return false;
            }
        );

        Assert.Equal(
            """{"orders":{"scope":"Store","tokens":2,"rate":"5/20s"}}""",
            QuotasOf(plans, "orders").ToJsonString()
        );
        Assert.Equal(
            """{"app":{"scope":"Application","tokens":10,"rate":"1000/10s"},"orders":{"scope":"Store","tokens":1,"rate":"5/20s"}}""",
            QuotasOf(plans, "returns").ToJsonString()
        );
    }

    [Fact]
    public void Whatever_happens_no_store_is_promised_more_than_its_quota() =>
        Gen.Select(Gen.Int[5, 60], Gen.Int[1, 4], Gen.Int[0, 3].Array[40, 120])
            .Sample(
                (seconds, burst, history) =>
                {
                    var world = WorldOf(
                        new Quota
                        {
                            Api = Api,
                            Rate = new Rate($"1/{seconds}s"),
                            Burst = burst,
                        }
                    );
                    var promised = new Dictionary<string, List<DateTimeOffset>>(StringComparer.Ordinal);
                    var before = world.Record.Plan("orders").Occasions;
                    var seen = before.SelectMany(o => o.Entries.Select(e => (o.Id, e.Index))).ToHashSet();
                    foreach (var fault in history)
                    {
                        Suffer(world, fault);
                        foreach (var occasion in world.Record.Plan("orders").Occasions)
                        {
                            foreach (var entry in occasion.Entries.Where(e => seen.Add((occasion.Id, e.Index))))
                            {
                                Assert.Equal(1, entry.Promised![Api]); // the flow uses it
                                foreach (var store in entry.Stores)
                                {
                                    promised.TryAdd(store, []);
                                    promised[store].Add(world.Now);
                                }
                            }
                        }
                        world.Now += TimeSpan.FromSeconds(2);
                    }
                    Assert.All(promised.Values, at => AssertWithin(at, seconds, burst));
                },
                iter: 40
            );

    [Fact]
    public void An_applied_plan_is_a_fixed_point_with_quotas_too() =>
        Gen.Select(Gen.Int[5, 60], Gen.Int[0, 3].Array[20, 60])
            .Sample(
                (seconds, history) =>
                {
                    var world = WorldOf(new Quota { Api = Api, Rate = new Rate($"1/{seconds}s") });
                    foreach (var fault in history)
                    {
                        Suffer(world, fault);
                        world.Step();
                        var again = Planner.Plan(world.Observe());
                        Assert.False(again.MustCommit, again.Because);
                        world.Now += TimeSpan.FromSeconds(2);
                    }
                },
                iter: 30
            );

    [Theory]
    [InlineData("\"calls\":7", false)]
    [InlineData("\"calls\":{\"orders\":-1}", false)]
    [InlineData("\"calls\":{\"orders\":1.5}", false)]
    [InlineData("\"calls\":{\"\":1}", false)]
    [InlineData("\"spent\":\"orders\"", false)]
    [InlineData("\"spent\":[1]", false)]
    [InlineData("\"calls\":{\"orders\":3},\"spent\":[]", true)]
    public void What_a_report_says_of_calls_is_checked(string more, bool isRead)
    {
        var report = Report.Parse("""{"v":1,"s":[{"ok":1,"calls":{"orders":2}}],""" + more + "}", storeCount: 2);

        Assert.Equal(isRead, report is Report.Read);
        if (report is Report.Read { Calls: var calls })
        {
            Assert.Equal(3, calls.Total["orders"]);
            Assert.Equal(2, calls.ByStore[0]["orders"]);
            Assert.Empty(calls.ByStore[1]);
        }
    }

    private static void AssertWithin(List<DateTimeOffset> at, int seconds, int burst)
    {
        for (var first = 0; first < at.Count; first++)
        {
            for (var last = first; last < at.Count; last++)
            {
                var most = burst + ((at[last] - at[first]).TotalSeconds / seconds);
                Assert.True(last - first + 1 <= most + 0.001, $"{last - first + 1} calls, {most} are allowed");
            }
        }
    }

    private static void Suffer(World world, int fault)
    {
        switch (fault)
        {
            case 1:
                world.Step(crashAfter: 1);
                break;
            case 2:
                world.DeleteAllPods();
                break;
            case 3:
                world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(world.Now.Second % 7) };
                break;
        }
        world.Step();
    }

    private static JsonNode QuotasOf(List<Plan> plans, string flow)
    {
        var pod = plans.SelectMany(p => p.Changes).OfType<Change.CreatePod>().First(c => c.Pod.Flow == flow).Pod;
        return JsonNode.Parse(pod.Annotations[PodMarks.Run])!["quotas"]!; // its flow has quotas
    }

    private static Flow Uses(Flow flow, params ImmutableArray<ApiUse> uses) => flow with { Uses = uses };

    private static World WorldOf(Quota? quota = null, Marketplace marketplace = Marketplace.Custom, string api = Api)
    {
        var world = A.SettledWorld();
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with
            {
                Marketplace = marketplace,
                Quotas = quota is null ? [] : [quota],
                Flows = [Uses(A.Flow(), new ApiUse { Api = api })],
            },
        };
        return world;
    }
}
