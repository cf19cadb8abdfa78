using System.Text.Json;
using Operator.Api;
using Operator.Planning;
using Operator.Planning.Facts;
using Operator.Planning.Output;
using Operator.Planning.Record;
using Operator.Planning.Record.Encoding;

namespace Operator.Testing;

/// <summary>
/// Plans the runs of one connector in virtual time and lets its pods live by scripts, without a cluster. For records of fleets that
/// are too large for any other world.
/// </summary>
public sealed class PlannedFleet(MarketplaceConnector connector, DateTimeOffset start)
{
    private readonly Dictionary<string, Pod> _pods = new(StringComparer.Ordinal);
    private ConnectorRecord? _record;

    private sealed record Pod(ObservedPod Seen, PodLife Life);

    /// <summary>What the pod of a run does.</summary>
    public required Func<Fingerprint, PodScript> Script { get; init; }

    /// <summary>Stores the record of a commit. Default: nothing.</summary>
    public Action<ConnectorRecord> Commit { get; init; } = _ => { };

    /// <summary>Time between two looks at the pods while runs are live.</summary>
    public TimeSpan Look { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Time spent to encode the records of all commits.</summary>
    public TimeSpan Encoding { get; private set; }

    /// <summary>The connector, as its users last wrote it.</summary>
    public MarketplaceConnector Connector { get; set; } = connector;

    /// <summary>How new content spreads. Default: there is no rollout.</summary>
    public RolloutSight Rollout { get; set; } = new RolloutSight.Missing();

    public DateTimeOffset Now { get; private set; } = start;
    public ConnectorRecord Record => _record ?? new ConnectorRecord();

    /// <summary>Number of runs that were folded.</summary>
    public int Folded { get; private set; }

    public void RunFor(TimeSpan time)
    {
        for (var end = Now + time; Now < end; )
        {
            Advance();
            var plan = Planner.Plan(Observe());
            if (plan.MustCommit)
            {
                var begun = TimeProvider.System.GetTimestamp();
                _record = RecordParts.Store(plan.Record);
                Encoding += TimeProvider.System.GetElapsedTime(begun);
                Folded += plan.Folded.Length;
                Commit(_record);
            }
            foreach (var change in plan.Changes)
            {
                Apply(change);
            }
            var isLive = _pods.Values.Any(p => IsLive(p.Seen));
            Now = isLive || plan.WakeAt is not { } wake || wake < Now + Look ? Now + Look : wake;
        }
    }

    private Observation Observe() =>
        new()
        {
            Now = Now,
            Connector = Connector,
            Rollout = Rollout,
            Record = _record is null ? new RecordSight.Fresh("fleet", Now) : new RecordSight.Found(_record),
            Pods = [.. _pods.Values.Select(p => p.Seen)],
            Salt = 42,
        };

    private static bool IsLive(ObservedPod pod) => pod.Container is not ContainerSight.Terminated;

    private void Advance()
    {
        foreach (var (name, pod) in _pods.Where(p => IsLive(p.Value.Seen)).ToList())
        {
            _pods[name] = pod with { Seen = pod.Seen.Show(pod.Life.At(Now, pod.Seen.CreatedAt, image: null)) };
        }
    }

    private void Apply(Change change)
    {
        switch (change)
        {
            case Change.CreatePod { Pod: var draft }:
                var print = JsonSerializer.Deserialize(
                    draft.Annotations[PodMarks.Fingerprint],
                    RunJson.Default.Fingerprint
                )!; // every draft has one
                var seen = new ObservedPod
                {
                    Name = draft.Name,
                    Uid = draft.Name,
                    CreatedAt = Now,
                    Fingerprint = print,
                    Phase = PodPhase.Pending,
                };
                _pods[draft.Name] = new Pod(seen, new PodLife(Script(print)));
                break;
            case Change.DeletePod delete:
                _pods.Remove(delete.Name);
                break;
        }
    }
}
