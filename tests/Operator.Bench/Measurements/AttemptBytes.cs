using System.Globalization;
using Operator.Api;
using Operator.Bench.Reporting;
using Operator.Bench.World;
using Operator.Planning.Facts;
using Operator.Testing;

namespace Operator.Bench.Measurements;

/// <summary>
/// What an attempt adds to the record of 10,000 stores with two flows: bytes written an hour before it, in a step of 1% and in one of 100%.
/// Without a cluster.
/// </summary>
internal sealed class AttemptBytes : IOfflineMeasurement
{
    private const int Seed = 11;
    private static readonly TimeSpan WarmUp = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Measured = TimeSpan.FromMinutes(20);

    public string Name => "attempt-bytes";
    public string What =>
        "10,000 stores x 2 flows: record bytes written before and during an attempt, without a cluster";

    public async Task<IReadOnlyList<Figure>> MeasureAsync(BenchOptions options, CancellationToken ct)
    {
        using var disk = new RecordDisk();
        var crowd = new CrowdedFleet(options.Scaled(10_000, 100), FleetMood.Well, Seed);
        var connector = crowd.Connector();
        connector = connector with
        {
            Spec = connector.Spec with
            {
                Flows = [.. connector.Spec.Flows.Take(2)],
                UpdatePolicy = UpdatePolicy.Rollout,
            },
        };
        var fleet = new PlannedFleet(connector, CrowdedFleet.Start)
        {
            Script = crowd.Script,
            Look = TimeSpan.FromSeconds(5),
            Commit = record => disk.CommitAsync(record, ct).GetAwaiter().GetResult(), // the server in memory answers at once
        };
        fleet.RunFor(WarmUp);
        var figures = new List<Figure> { Measure(disk, fleet, "before", "before it") };
        foreach (var (share, name) in ((string, string)[])[("1%", "small"), ("100%", "large")])
        {
            fleet.Rollout = RolloutOf(share, name);
            fleet.Connector = connector with
            {
                Spec = connector.Spec with { Sync = connector.Spec.Sync with { Image = $"localhost/{name}:1" } },
            };
            fleet.RunFor(WarmUp);
            figures.Add(Measure(disk, fleet, name, $"in a step of {share}"));
        }
        return figures;
    }

    private static Figure Measure(RecordDisk disk, PlannedFleet fleet, string name, string when)
    {
        var (bytes, commits, folded) = (disk.Bytes, disk.Commits, fleet.Folded);
        fleet.RunFor(Measured);
        var hours = Measured.TotalHours;
        var attempt = fleet.Record.RunningAttempt;
        var detail = string.Create(
            CultureInfo.InvariantCulture,
            $"{(disk.Commits - commits) / hours:0} commits an hour for {(fleet.Folded - folded) / hours:0} runs; cohort {attempt?.Cohort ?? 0}"
        );
        return new Figure(
            $"attempt.{name}.written",
            $"record bytes written an hour {when}",
            (disk.Bytes - bytes) / hours / (1024 * 1024),
            "MiB",
            detail
        );
    }

    /// <summary>One step that never ends.</summary>
    private static RolloutSight.Present RolloutOf(string share, string name) =>
        new(
            new SyncRollout
            {
                Metadata = new ObjectMeta
                {
                    Name = "fleet",
                    Namespace = "shop",
                    Uid = name,
                },
                Spec = new RolloutSpec
                {
                    ConnectorRef = new LocalObjectReference { Name = "fleet" },
                    Steps = [new RolloutStep { Stores = new StoreShare(share), MinDuration = new Duration("720h") }],
                },
            }
        );
}
