using System.Text.Json;
using System.Text.Json.Nodes;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Output;
using Operator.Testing;

namespace Operator.Planning.Tests;

/// <summary>The page of the worker contract says what the operator does.</summary>
public sealed class SyncPodPageTests
{
    private const string Page = "docs/writing-a-sync-pod.md";

    private static readonly string Text = File.ReadAllText(Repository.PathOf(Page));

    [Fact]
    public void The_shown_run_file_has_every_key_that_workers_find()
    {
        var shown = DocumentedBlocks.Of(Page, "json")[0];

        var read = JsonSerializer.Deserialize(shown, RunJson.Default.RunFile)!; // the page shows an object

        Assert.True(
            JsonNode.DeepEquals(JsonNode.Parse(shown), JsonSerializer.SerializeToNode(read, RunJson.Default.RunFile))
        );
        Assert.NotNull(read.Quotas);
        Assert.NotEmpty(read.TimeZone);
        Assert.All(
            read.Stores,
            s =>
            {
                Assert.NotNull(s.LastOkSlot);
                Assert.NotNull(s.LastRunSlot);
                Assert.NotNull(s.LastOkRevision);
                Assert.NotNull(s.RedoFrom);
            }
        );
    }

    [Fact]
    public void The_shown_report_is_read()
    {
        var report = Report.Parse(DocumentedBlocks.Of(Page, "json")[1], storeCount: 3);

        var read = Assert.IsType<Report.Read>(report);
        Assert.Equal([120, 117, null], read.Stores.Select(s => s?.Ok));
        Assert.True(read.Stores[1]!.HasMore); // the second store is an object
        Assert.Equal(3, read.Calls.Total["orders.searchOrders"]);
    }

    [Fact]
    public void Each_error_class_that_a_report_may_have_is_in_the_table()
    {
        var accepted = Enumerable
            .Range(' ', '~' - ' ' + 1)
            .Select(c => JsonSerializer.Serialize(((char)c).ToString()))
            .Where(key => Report.Parse($$$"""{"v":1,"s":[{"failed":1,"e":{{{{key}}}:1}}]}""", 1) is Report.Read)
            .Select(key => key.Trim('"'));

        Assert.Equal(accepted, ClassesInTable().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Each_variable_that_a_pod_gets_is_in_the_table()
    {
        var world = new World();
        var bundle = new CaBundle
        {
            ConfigMapKeyRef = new KeySelector { Name = "ca", Key = "ca.crt" },
        };
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with { Sync = world.Connector.Spec.Sync with { CaBundle = bundle } },
        };

        world.Run(TimeSpan.FromHours(1), until: w => w.Last.Changes.OfType<Change.CreatePod>().Any());

        var pod = world.Last.Changes.OfType<Change.CreatePod>().First().Pod;
        Assert.NotEmpty(pod.Environment);
        Assert.All(pod.Environment, v => Assert.Contains($"`{v.Key}`", Text, StringComparison.Ordinal));
    }

    /// <summary>The letters of the rows that look like <c>| `t` | throttled |</c>.</summary>
    private static IEnumerable<string> ClassesInTable() =>
        Text.Split('\n')
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells.Length > 3 && cells[1].Length == 3 && cells[1].StartsWith('`'))
            .Select(cells => cells[1].Trim('`'))
            .Where(key => key != "v" && key != "s");
}
