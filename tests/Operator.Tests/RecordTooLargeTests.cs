using System.Text.Json.Nodes;
using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Testing;
using Operator.Tests.Simulation;

namespace Operator.Tests;

/// <summary>A commit that does not fit is told with the arithmetic; nothing new starts, and pods still go.</summary>
public sealed class RecordTooLargeTests : IDisposable
{
    private const string Fits = "registry.example.com/sync:good-2";
    private static readonly ObjectKey Shop = new(FleetObjects.Namespace, FleetObjects.Name);
    private readonly OneOperator _operator = new();
    private readonly SellerNames _noise = new(5);

    [Fact]
    public void A_record_that_is_too_large_says_so_and_starts_nothing_until_it_fits()
    {
        Begin();
        Assert.True(Occasions.Distinct().Count() > 1, "pods of several occasions");
        _operator.Cluster.Edit(Kinds.Connectors, Shop, WithLargeContent);
        _operator.RunFor(TimeSpan.FromSeconds(90));
        var made = _operator.Cluster.Journal.Count;

        _operator.RunFor(TimeSpan.FromMinutes(2));

        var ready = _operator.Ready(Kinds.Connectors, Shop);
        Assert.StartsWith($"{Reasons.RecordTooLarge}: part 'revision.", ready, StringComparison.Ordinal);
        Assert.Contains("KiB, at most 512 KiB fit: nothing new is planned", ready, StringComparison.Ordinal);
        Assert.Single(Events, e => e == Reasons.RecordTooLarge);
        // The run that was live ended, but its end is not in the record yet.
        Assert.Single(Occasions.Distinct());
        // Every 15 s it tries again, which writes nothing.
        Assert.DoesNotContain(_operator.Cluster.Journal.Since(made), e => e.Request.IsWrite && !IsLease(e));

        _operator.Cluster.Edit(Kinds.Connectors, Shop, WithSmallContent);
        _operator.RunFor(TimeSpan.FromMinutes(2));

        Assert.StartsWith(Reasons.Syncing, _operator.Ready(Kinds.Connectors, Shop), StringComparison.Ordinal);
        Assert.Contains(_operator.Cluster.All(CoreTypes.Pods), p => p.Json.GetRawText().Contains(Fits));
    }

    [Fact]
    public void The_condition_survives_a_restart_of_the_operator()
    {
        Begin();
        _operator.Cluster.Edit(Kinds.Connectors, Shop, WithLargeContent);
        _operator.RunFor(TimeSpan.FromSeconds(30));

        _operator.Sleep(TimeSpan.FromMinutes(1));
        _operator.RunFor(TimeSpan.FromMinutes(1));

        Assert.StartsWith(Reasons.RecordTooLarge, _operator.Ready(Kinds.Connectors, Shop), StringComparison.Ordinal);
        Assert.Single(Events, e => e == Reasons.RecordTooLarge);
    }

    public void Dispose() => _operator.Dispose();

    /// <summary>The occasions that have pods.</summary>
    private IEnumerable<string?> Occasions =>
        _operator.Cluster.All(CoreTypes.Pods).Select(p => p.Label(PodMarks.Occasion));

    private IEnumerable<string?> Events =>
        _operator.Cluster.All(CoreTypes.Events).Select(e => e.Json.GetProperty("reason").GetString());

    private static bool IsLease(JournalEntry entry) => entry.Request.Type.Plural == "leases";

    private void Begin()
    {
        var connector = new FleetObjects(new Random(1)).Connector();
        connector["spec"]!["updatePolicy"] = "Immediate"; // it has a spec
        _operator.Cluster.Create(Kinds.Connectors, Shop.Namespace, connector);
        _operator.Start();
        _operator.RunFor(TimeSpan.FromSeconds(90));
    }

    /// <summary>As large as the rules allow, and nothing of it compresses; and no history, so that all finished pods may go.</summary>
    private void WithLargeContent(JsonObject connector)
    {
        var spec = connector["spec"]!; // it has a spec
        spec["history"] = new JsonObject { ["slots"] = 0, ["failedRuns"] = 0 };
        spec["sync"]!["args"] = Words(50);
        spec["sync"]!["command"] = Words(50);
        spec["sync"]!["env"] = new JsonArray([
            .. Words(100).Select((w, i) => new JsonObject { ["name"] = $"V{i}", ["value"] = w!.DeepClone() }),
        ]);
    }

    private static void WithSmallContent(JsonObject connector)
    {
        var sync = connector["spec"]!["sync"]!.AsObject(); // it has both
        sync["image"] = Fits;
        sync.Remove("args");
        sync.Remove("command");
        sync.Remove("env");
    }

    private JsonArray Words(int count) => new([.. _noise.Random(count, 4096).Select(w => (JsonNode)w)]);
}
