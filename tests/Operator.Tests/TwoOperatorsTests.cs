using System.Text.Json;
using System.Text.Json.Nodes;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Testing;
using Operator.Tests.Simulation;

namespace Operator.Tests;

/// <summary>Two installations of the operator, with different settings, watch one namespace.</summary>
public sealed class TwoOperatorsTests
{
    private static readonly ObjectKey Connector = new(FleetObjects.Namespace, FleetObjects.Name);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public void Ready_does_not_flip_and_runs_are_not_doubled()
    {
        using var world = new Two();
        world.First.Start();
        world.RunFor(TimeSpan.FromMinutes(5));
        world.Second.Start();
        world.RunFor(TimeSpan.FromMinutes(1));
        var (made, changes) = (world.Made.Count, world.ReadyChanges.Count);

        world.RunFor(Hour);

        Assert.Equal("True", world.ReadyChanges[^1]);
        Assert.Equal(changes, world.ReadyChanges.Count);
        Assert.InRange(world.Made.Count, made + 119, made + 121);
        Assert.Equal(world.Made.Count, world.Made.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void The_one_that_is_not_in_charge_tells_it_and_writes_about_once_an_hour()
    {
        using var world = new Two();
        world.First.Start();
        world.RunFor(TimeSpan.FromMinutes(5));
        world.Second.Start();

        world.RunFor(Hour);

        Assert.InRange(world.WritesOf("second").Count(t => t == Kinds.Connectors), 1, 2);
        Assert.DoesNotContain(CoreTypes.Pods, world.WritesOf("second"));
        Assert.DoesNotContain(Kinds.Records, world.WritesOf("second"));
        Assert.Single(world.Events(Reasons.OperatorConflict));
        Assert.Single(world.Second.Log.Lines, l => l.Contains("Not in charge of", StringComparison.Ordinal));
        var told = world.Condition(ConditionTypes.OperatorConflict) ?? "";
        foreach (
            var part in new[] { "'team-b/second' stands back", "'team-a/first' is in charge", "takeOver: team-a/first" }
        )
        {
            Assert.Contains(part, told, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void When_the_one_in_charge_is_gone_the_other_one_takes_over_and_the_condition_goes()
    {
        using var world = new Two(secondMinimum: TimeSpan.FromSeconds(1));
        world.First.Start();
        world.RunFor(TimeSpan.FromMinutes(5));
        world.Second.Start();
        world.RunFor(TimeSpan.FromMinutes(1));

        world.First.Stop();
        world.RunFor(TimeSpan.FromMinutes(9));
        var madeInBetween = world.Made.Count;
        world.RunFor(TimeSpan.FromMinutes(5));

        Assert.InRange(madeInBetween, 12, 14);
        Assert.InRange(world.Made.Count, madeInBetween + 5, madeInBetween + 10);
        Assert.Null(world.Condition(ConditionTypes.OperatorConflict));
    }

    [Fact]
    public void With_takeOver_it_takes_over_at_once_and_the_first_one_stands_back()
    {
        using var world = new Two(secondMinimum: TimeSpan.FromSeconds(1), takeOver: "team-a/first");
        world.First.Start();
        world.RunFor(TimeSpan.FromMinutes(5));
        world.Second.Start();
        world.RunFor(TimeSpan.FromMinutes(10));
        var made = world.Made.Count;
        world.ForgetWrites();

        world.RunFor(TimeSpan.FromMinutes(30));

        Assert.DoesNotContain(CoreTypes.Pods, world.WritesOf("first"));
        Assert.InRange(world.Made.Count, made + 59, made + 61);
        Assert.Contains(
            "'team-a/first' stands back",
            world.Condition(ConditionTypes.OperatorConflict) ?? "",
            StringComparison.Ordinal
        );
    }

    /// <summary>
    /// The setting of a former move was left in the values, and both operators run again (fdb-kubernetes-operator 268 is of two that
    /// do not know of each other): one of them has to win.
    /// </summary>
    [Fact]
    public void Two_that_take_over_from_each_other_do_not_take_turns()
    {
        using var world = new Two(
            secondMinimum: TimeSpan.FromSeconds(1),
            takeOver: "team-a/first",
            firstTakesOver: "team-b/second"
        );
        world.First.Start();
        world.RunFor(TimeSpan.FromMinutes(5));
        world.Second.Start();
        world.RunFor(TimeSpan.FromMinutes(10));
        var made = world.Made.Count;
        world.ForgetWrites();

        world.RunFor(TimeSpan.FromMinutes(30));

        string[] operators = ["first", "second"];
        Assert.Single(operators, o => world.WritesOf(o).Contains(Kinds.Records));
        Assert.InRange(world.Made.Count, made + 59, made + 61);
        Assert.NotNull(world.Condition(ConditionTypes.OperatorConflict));
    }

    [Fact]
    public void With_takeOver_of_an_operator_that_refuses_the_connector_Ready_does_not_flip_and_runs_go_on()
    {
        using var world = new Two(takeOver: "team-a/first");
        world.First.Start();
        world.RunFor(TimeSpan.FromMinutes(5));
        world.Second.Start();
        world.RunFor(TimeSpan.FromMinutes(1));
        var (made, changes) = (world.Made.Count, world.ReadyChanges.Count);

        world.RunFor(Hour);

        Assert.Equal(changes, world.ReadyChanges.Count);
        Assert.InRange(world.Made.Count, made + 119, made + 121);
    }

    [Fact]
    public void A_restart_of_the_one_that_stands_back_tells_nothing_again()
    {
        using var world = new Two();
        world.First.Start();
        world.RunFor(TimeSpan.FromMinutes(5));
        world.Second.Start();
        world.RunFor(TimeSpan.FromMinutes(12));

        foreach (var _ in Enumerable.Range(0, 2))
        {
            world.RestartSecond();
            world.RunFor(TimeSpan.FromMinutes(12));
        }

        Assert.Single(world.Events(Reasons.OperatorConflict));
    }

    [Fact]
    public void Two_replicas_of_one_installation_never_stand_back()
    {
        using var world = new TwoReplicas("@every 30s");
        world.RunFor(TimeSpan.FromMinutes(2));
        world.Leader.Stop();
        world.RunFor(TimeSpan.FromMinutes(2));

        Assert.InRange(world.Made.Count, 7, 9);
        Assert.DoesNotContain(world.Standby.Log.Lines, l => l.Contains("Not in charge of", StringComparison.Ordinal));
    }

    /// <summary>A connector whose interval the second operator refuses, unless <c>secondMinimum</c> allows it.</summary>
    private sealed class Two : IDisposable
    {
        private readonly List<(string Actor, ResourceType Type)> _writes = [];
        private readonly Func<OperatorProcess> _makeSecond;

        public Two(TimeSpan? secondMinimum = null, string takeOver = "", string firstTakesOver = "")
        {
            Time = new VirtualTime(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
            Cluster = new FakeCluster(Time);
            Cluster.RunPods(_ => new PodScript
            {
                StartsAfter = TimeSpan.FromSeconds(1),
                RunsFor = TimeSpan.FromSeconds(5),
                Message = WorkerReport.Of(Enumerable.Repeat(WorkerReport.Store(10), 3)),
            });
            Cluster.Changed = OnChanged;
            First = Process("first", "team-a/first", TimeSpan.FromSeconds(1), firstTakesOver);
            _makeSecond = () => Process("second", "team-b/second", secondMinimum ?? TimeSpan.FromSeconds(60), takeOver);
            Second = _makeSecond();
            var connector = new FleetObjects(new Random(1)).Connector();
            connector["spec"]!["stores"] = JsonNode.Parse("""[{"name":"s01"},{"name":"s02"},{"name":"s03"}]"""); // it has a spec
            connector["spec"]!.AsObject().Remove("storesFrom");
            connector["spec"]!["flows"] = JsonNode.Parse(
                """[{"name":"orders","schedule":"@every 30s","spread":"0s","startingDeadline":"20s","maxStoresPerRun":3}]"""
            );
            Cluster.Create(Kinds.Connectors, FleetObjects.Namespace, connector);
        }

        public VirtualTime Time { get; }
        public FakeCluster Cluster { get; }
        public OperatorProcess First { get; }
        public OperatorProcess Second { get; private set; }
        public List<string> Made { get; } = [];

        /// <summary>The statuses of the condition Ready, each time that it changed.</summary>
        public List<string> ReadyChanges { get; } = [];

        public IEnumerable<ResourceType> WritesOf(string actor) =>
            _writes.Where(w => w.Actor == actor).Select(w => w.Type);

        public void ForgetWrites() => _writes.Clear();

        public List<string> Events(string reason) =>
            [
                .. Cluster
                    .All(CoreTypes.Events)
                    .Select(e => e.Json.GetProperty("reason").GetString() ?? "")
                    .Where(r => r == reason),
            ];

        public string? Condition(string type) =>
            TextOf(Cluster.Find(Kinds.Connectors, Connector)?.Json, type, "message");

        public void RestartSecond()
        {
            Second.Stop();
            RunFor(TimeSpan.FromSeconds(20));
            Second.Dispose();
            Second = _makeSecond();
            Second.Start();
        }

        public void RunFor(TimeSpan time)
        {
            var end = Time.Elapsed + time;
            do
            {
                while (First.Drain() | Second.Drain()) { }
            } while (Time.FireNext(end));
        }

        public void Dispose()
        {
            First.Dispose();
            Second.Dispose();
            Cluster.Dispose();
        }

        private OperatorProcess Process(string name, string id, TimeSpan minimum, string takeOver)
        {
            var options = OperatorProcess.Options(name);
            options.LeaseName = $"lease-of-{name}";
            options.InstanceId = id;
            options.TakeOver = takeOver;
            options.MinimumInterval = minimum;
            return new OperatorProcess(Cluster, Time, options, seed: name.Length);
        }

        private void OnChanged(ClusterChange change)
        {
            _writes.Add((change.Actor, change.Type));
            if (change is { Before: null, After: not null } && change.Type == CoreTypes.Pods)
            {
                Made.Add(change.Key.Name);
            }
            if (change.Type == Kinds.Connectors && TextOf(change.After, ConditionTypes.Ready, "status") is { } ready)
            {
                if (ReadyChanges.LastOrDefault() != ready)
                {
                    ReadyChanges.Add(ready);
                }
            }
        }

        private static string? TextOf(JsonElement? connector, string type, string field)
        {
            var conditions = JsonNode.Parse(connector?.GetRawText() ?? "{}")?["status"]?["conditions"]?.AsArray() ?? [];
            return conditions.FirstOrDefault(c => c?["type"]?.GetValue<string>() == type)?[field]?.GetValue<string>();
        }
    }
}
