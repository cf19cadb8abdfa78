using System.Globalization;
using Operator.Bench.Reporting;
using Operator.Bench.World;
using Operator.Planning.Record;
using Operator.Planning.Record.Encoding;
using Operator.Testing;

namespace Operator.Bench.Measurements;

/// <summary>
/// The record of 10,000 stores with names of 63 characters that do not compress, three quotas per store and a history of ten slots:
/// of planned fleets in several moods, and of the worst record that the rules allow.
/// </summary>
internal sealed class RecordSizes : IOfflineMeasurement
{
    private const int Seed = 11;

    /// <summary>Fills the history.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromMinutes(56);
    private static readonly TimeSpan Measured = TimeSpan.FromMinutes(15);

    public string Name => "record-sizes";
    public string What => "10,000 stores with long names: sizes and writes of the record, without a cluster";

    public async Task<IReadOnlyList<Figure>> MeasureAsync(BenchOptions options, CancellationToken ct)
    {
        var stores = options.Scaled(10_000, 100);
        var figures = new List<Figure>();
        foreach (var mood in Enum.GetValues<FleetMood>())
        {
            figures.AddRange(await FleetAsync(stores, mood, ct));
        }
        figures.AddRange(await WorstAsync(stores, ct));
        return figures;
    }

    private static async Task<IReadOnlyList<Figure>> FleetAsync(int stores, FleetMood mood, CancellationToken ct)
    {
        using var disk = new RecordDisk();
        var crowd = new CrowdedFleet(stores, mood, Seed);
        var fleet = new PlannedFleet(crowd.Connector(), CrowdedFleet.Start)
        {
            Script = crowd.Script,
            Look = TimeSpan.FromSeconds(20),
            Commit = record => disk.CommitAsync(record, ct).GetAwaiter().GetResult(), // the server in memory answers at once
        };
        fleet.RunFor(WarmUp);
        var before = new Counts(disk, fleet);
        fleet.Look = TimeSpan.FromSeconds(5);
        fleet.RunFor(Measured);
        var (all, hours) = (new Counts(disk, fleet).Since(before), Measured.TotalHours);
        var detail = string.Create(
            CultureInfo.InvariantCulture,
            $"{all.Commits / hours:0} commits an hour for {all.Runs / hours:0} runs, {(double)all.Writes / all.Runs:0.000} writes a run without sweeps, {all.Encoding.TotalMilliseconds / all.Commits:0.0} ms to encode a commit, head {disk.HeadBytes / 1024} KiB"
        );
        var name = $"record.{mood.ToString().ToLowerInvariant()}";
        return
        [
            .. Sizes(name, fleet.Record, $"all stores {mood}"),
            new Figure(
                $"{name}.written",
                "record bytes written an hour",
                all.Bytes / hours / (1024 * 1024),
                "MiB",
                detail
            ),
        ];
    }

    private sealed record Counts(int Commits, int Writes, long Bytes, int Runs, TimeSpan Encoding)
    {
        public Counts(RecordDisk disk, PlannedFleet fleet)
            : this(disk.Commits, disk.Writes, disk.Bytes, fleet.Folded, fleet.Encoding) { }

        public Counts Since(Counts before) =>
            new(
                Commits - before.Commits,
                Writes - before.Writes,
                Bytes - before.Bytes,
                Runs - before.Runs,
                Encoding - before.Encoding
            );
    }

    private static async Task<IReadOnlyList<Figure>> WorstAsync(int stores, CancellationToken ct)
    {
        using var disk = new RecordDisk();
        var worst = new CrowdedRecord(new SellerNames(Seed).Random(stores), Seed).Build();
        var stored = RecordParts.Store(worst);
        await disk.CommitAsync(stored, ct);
        await disk.CommitAsync(RecordParts.Store(stored), ct);
        return
        [
            .. Sizes("record.worst", stored, "every book of every store full, three flows, single-store runs"),
            new Figure("record.worst.head", "its head", disk.HeadBytes / 1024.0, "KiB", "as sent; 768 KiB fit"),
        ];
    }

    private static IEnumerable<Figure> Sizes(string name, ConnectorRecord record, string what)
    {
        var sizes = record.Form.Parts.ToDictionary(p => p.Key, p => RecordBytes.Packed(p.Value));
        var largest = sizes.MaxBy(p => p.Value);
        var encode = Best(() =>
            RecordParts.Store(record with { Form = new StoredForm { Numbers = record.Form.Numbers } })
        );
        var again = Best(() => RecordParts.Store(record));
        var decode = Best(() => RecordParts.Decode(record.Id, record.Counter, record.CreatedAt, record.Form.Parts));
        var detail = string.Create(
            CultureInfo.InvariantCulture,
            $"{sizes.Count} parts, {sizes.Values.Sum(s => (long)s) / 1024} KiB in all; encoded whole in {encode:0.0} ms, unchanged in {again:0.0} ms, decoded in {decode:0.0} ms"
        );
        yield return new Figure($"{name}.part", $"largest part, {what}", largest.Value / 1024.0, "KiB", largest.Key);
        yield return new Figure(
            $"{name}.whole",
            "the whole record",
            sizes.Values.Sum(s => (long)s) / 1024.0 / 1024.0,
            "MiB",
            detail
        );
    }

    /// <summary>Milliseconds of the shortest of five.</summary>
    private static double Best<T>(Func<T> work) =>
        Enumerable
            .Range(0, 5)
            .Min(_ =>
            {
                var start = TimeProvider.System.GetTimestamp();
                GC.KeepAlive(work());
                return TimeProvider.System.GetElapsedTime(start).TotalMilliseconds;
            });
}
