using System.Collections.Immutable;
using System.IO.Compression;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Record.Encoding;
using Operator.Testing;

namespace Operator.Planning.Tests.KnownFaults;

/// <summary>Faults of the record. A packed part has at most 512 KiB.</summary>
public sealed class RecordFaults
{
    private const int Largest = 512 * 1024;
    private readonly Random _random = new(7);

    // Takes 2 to 5 s, because it has 10,000 stores.
    [KnownFault("2 of 11", 3)]
    public void No_part_outgrows_its_limit_with_long_names()
    {
        var world = Fleet([.. Enumerable.Range(0, 10_000).Select(_ => SellerId())], historySlots: 3);

        var most = LargestParts(world, occasions: 3);

        foreach (var part in most)
        {
            Assert.InRange(part.Value, 0, Largest);
        }
    }

    // Takes 2 to 5 s, because it has 1,000 stores and 12 due times.
    [KnownFault("2 of 11", 3)]
    public void No_part_outgrows_its_limit_with_a_long_history()
    {
        var world = Fleet([.. Enumerable.Range(0, 1_000).Select(_ => $"a{Text(62)}")], historySlots: 10);

        var most = LargestParts(world, occasions: 12);

        foreach (var part in most)
        {
            Assert.InRange(part.Value, 0, Largest);
        }
    }

    [KnownFault("2 of 11", 3)]
    public void Three_quotas_of_each_store_fit_into_the_record()
    {
        var names = Enumerable.Range(0, 10_000).Select(_ => $"a{Text(13)}").ToList();
        var book = new QuotaBook();
        for (var api = 0; api < 3; api++)
        {
            var full = names.ToImmutableSortedDictionary(
                n => n,
                _ => 1_798_000_000_000L + _random.Next(300_000),
                StringComparer.Ordinal
            );
            book = book.With($"api{api}", new ApiBook { Rate = "1/180s", FullAt = full });
        }

        var parts = RecordParts.Encode(new ConnectorRecord { Quotas = book });

        foreach (var part in parts)
        {
            Assert.InRange(Packed(part.Value), 0, Largest);
        }
    }

    [KnownFault("2 of 11", 3)]
    public void The_ledger_forgets_stores_that_left()
    {
        var world = new World();
        for (var i = 0; i < 6; i++)
        {
            var first = i * 40;
            world.Connector = world.Connector.WithStores(
                Enumerable.Range(first, 40).Select(n => new Store { Name = $"s-{n:0000}" })
            );
            world.Run(TimeSpan.FromSeconds(30));
        }

        Assert.InRange(world.Record.Ledger("orders").Stores.Count, 40, 80);
    }

    [KnownFault("2 of 11", 3)]
    public void A_closed_round_leaves_the_attempts_order_alone()
    {
        var world = A.SettledWorld();
        var first = new RolloutStep { Stores = new StoreShare("5%"), MinDuration = new Duration("10m") };
        var steps = A.Rollout().Spec with { Steps = [first, new RolloutStep { Stores = new StoreShare("100%") }] };
        world.Rollout = new RolloutSight.Present(A.Rollout() with { Spec = steps });
        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromSeconds(5));
        Given.That(world.Attempt is not null, "an attempt");

        var (last, rewritten) = (Attempts(world), 0);
        world.Run(
            TimeSpan.FromMinutes(2),
            w =>
            {
                rewritten += Attempts(w).AsSpan().SequenceEqual(last) ? 0 : 1;
                last = Attempts(w);
                return false;
            }
        );

        Given.That(world.Attempt is not null, "an attempt that still runs");
        Assert.InRange(rewritten, 0, 1);
    }

    [KnownFault("2 of 11", 16)]
    public void Parts_of_a_newer_operator_are_carried_along()
    {
        var parts = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal)
        {
            ["from.the.future"] = "{}"u8.ToArray(),
        };

        var error = Xunit.Record.Exception(() =>
            Assert.Contains(
                "from.the.future",
                RecordParts.Encode(RecordParts.Decode("r", 1, DateTimeOffset.UnixEpoch, parts)).Keys
            )
        );

        Assert.Null(error);
    }

    private static byte[] Attempts(World world) => RecordParts.Encode(world.Record)[RecordParts.Attempts];

    private static World Fleet(ImmutableArray<string> names, int historySlots)
    {
        var world = new World();
        var flow = A.Flow() with
        {
            Schedule = "@every 5m",
            StartingDeadline = new Duration("2m"),
            MaxStoresPerRun = 25,
            MaxConcurrentRuns = 1000,
        };
        var connector = world.Connector.With(flow).WithStores(names.Select(n => new Store { Name = n }));
        world.Connector = connector with
        {
            Spec = connector.Spec with { History = new HistoryLimits { Slots = historySlots } },
        };
        return world;
    }

    private static Dictionary<string, int> LargestParts(World world, int occasions)
    {
        var start = world.Now;
        var most = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var slot = 1; slot <= occasions; slot++)
        {
            world.Now = start.AddMinutes(5 * slot).AddMilliseconds(317);
            foreach (var step in (ImmutableArray<int>)[0, 4, 140])
            {
                world.Now += TimeSpan.FromSeconds(step);
                world.Step();
                foreach (var (part, bytes) in RecordParts.Encode(world.Record))
                {
                    most[part] = Math.Max(most.GetValueOrDefault(part), Packed(bytes));
                }
            }
        }
        Given.That(world.Ended.Count > 0, "runs that ended");
        return most;
    }

    private string SellerId()
    {
        var bytes = new byte[16];
        _random.NextBytes(bytes);
        return $"seller-{new Guid(bytes)}";
    }

    private string Text(int length) =>
        string.Concat(
            Enumerable.Range(0, length).Select(_ => "abcdefghijklmnopqrstuvwxyz0123456789"[_random.Next(36)])
        );

    private static int Packed(byte[] part)
    {
        using var buffer = new MemoryStream();
        using (var zip = new GZipStream(buffer, CompressionLevel.Fastest, leaveOpen: true))
        {
            zip.Write(part);
        }
        return (int)buffer.Length;
    }
}
