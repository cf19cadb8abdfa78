using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Record.Encoding;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Trials;

/// <summary>What an attempt of 10,000 stores and two flows takes in the record, and what one due time writes anew. Prints the figures.</summary>
public sealed class TrialSizeTests(ITestOutputHelper output)
{
    private const int Largest = 128 * 1024;
    private const int Slot = 300;
    private static readonly StepMinima Endless = new() { MinRuns = 10_000 };

    [Fact]
    public void A_due_time_of_a_hundred_stores_writes_one_shard_of_each_flow()
    {
        var world = Fleet();
        DueTimes(world, 2);
        world.ShipImage(A.Better);
        DueTimes(world, 3);
        Assert.Equal(100, world.Attempt!.Cohort);
        Assert.True(world.Trial().Candidate.Runs > 0, $"{world.Trial()}");

        var before = RecordParts.Encode(world.Record);
        DueTimes(world, 1);
        var after = RecordParts.Encode(world.Record);

        var written = after
            .Where(p => !before.TryGetValue(p.Key, out var old) || !old.Span.SequenceEqual(p.Value.Span))
            .Select(p => p.Key)
            .ToList();
        Tell("written by one due time of 100 stores", after, written);
        Assert.Equal(
            ["trials.inventory", "trials.inventory.0", "trials.orders", "trials.orders.0"],
            written.Where(n => n.StartsWith("trials", StringComparison.Ordinal))
        );
        Assert.InRange(
            written.Where(n => n.StartsWith("trials", StringComparison.Ordinal)).Sum(n => RecordBytes.Packed(after[n])),
            1,
            16 * 1024
        );

        world.SetRollout(s => s with { Steps = [s.Steps[0] with { Evidence = null }, s.Steps[1]] });
        DueTimes(world, 6);
        Assert.Equal(10_000, world.Attempt?.Cohort);
        var all = RecordParts.Encode(world.Record);
        Tell("all parts at 10,000 stores", all, [.. all.Keys]);
        Assert.All(all, p => Assert.True(RecordBytes.Packed(p.Value) <= Largest, p.Key));
    }

    private void Tell(string what, ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> parts, List<string> names)
    {
        output.WriteLine($"{what}: {names.Count} parts, {names.Sum(n => RecordBytes.Packed(parts[n]))} bytes packed");
        foreach (var kind in names.GroupBy(n => n.Split('.')[0]))
        {
            output.WriteLine(
                $"  {kind.Key, -10} {kind.Count(), 4} parts, raw {kind.Sum(n => parts[n].Length), 8}, packed {kind.Sum(n => RecordBytes.Packed(parts[n])), 8}, largest {kind.Max(n => RecordBytes.Packed(parts[n])), 7}"
            );
        }
    }

    private static World Fleet()
    {
        var world = new World();
        var flow = A.Flow() with
        {
            Schedule = "@every 5m",
            StartingDeadline = new Duration("2m"),
            MaxStoresPerRun = 25,
            MaxConcurrentRuns = 1000,
        };
        var names = new SellerNames(7).Uuids(10_000);
        world.Connector = world
            .Connector.With(flow, flow with { Name = "inventory" })
            .WithStores(names.Select(n => new Store { Name = n }));
        world.SetRollout(s =>
            s with
            {
                Steps = [.. A.Steps("1%", "100%").Select(step => step with { Evidence = Endless })],
            }
        );
        return world;
    }

    /// <summary>Each is looked at when it opens, once runs have started, when they have ended, and once more.</summary>
    private static void DueTimes(World world, int count)
    {
        for (var i = 0; i < count; i++)
        {
            world.Now = DateTimeOffset
                .FromUnixTimeSeconds((world.Now.ToUnixTimeSeconds() / Slot * Slot) + Slot)
                .AddMilliseconds(317);
            foreach (var step in (ImmutableArray<int>)[0, 2, 3, 4, 130])
            {
                world.Now += TimeSpan.FromSeconds(step);
                world.Step();
            }
        }
    }
}
