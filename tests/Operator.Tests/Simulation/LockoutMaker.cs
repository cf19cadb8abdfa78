using System.Text.Json.Nodes;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests.Simulation;

/// <summary>
/// In some worlds the marketplace locks single stores of a cohort out, whatever good version runs there. Only a failure on stable begins a
/// pause, so the rollout is unusable for a while: its cohort runs stable then.
/// </summary>
internal sealed class LockoutMaker(SimulatedWorld world, int seed)
{
    // Its own random numbers change nothing else in a world.
    private readonly Random _random = new(seed ^ 0x3c1d);
    private readonly HashSet<string> _locked = new(StringComparer.Ordinal);
    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan OnStable = TimeSpan.FromSeconds(14);
    private int _looks;

    public bool HasLocked => _locked.Count > 0;

    public void Begin(TimeSpan chaos)
    {
        if (seed % 6 == 5)
        {
            world.After(chaos * _random.NextDouble(), Look);
        }
    }

    /// <summary>What the worker reports, once stores of its run are locked out.</summary>
    public PodScript Locked(PodScript script, KubeObject pod)
    {
        var stores = Gathering.PodProjection.Of(pod).Pod.Fingerprint?.Stores ?? [];
        return stores.Any(_locked.Contains) && FleetObjects.IsGood(SyncPods.ImageOf(pod))
            ? script with
            {
                Message = WorkerReport.Of(
                    stores.Select(s => _locked.Contains(s) ? WorkerReport.Failed(1, 'a') : WorkerReport.Store(10))
                ),
                MessageAfter = null,
            }
            : script;
    }

    /// <summary>Waits for an attempt whose candidate has started.</summary>
    private void Look()
    {
        if (world.Record?.RunningAttempt is { HasStarted: true })
        {
            world.After(_random.Next(4, 9) * OneSecond, Lock);
        }
        else if (++_looks < 80)
        {
            world.After(OneSecond, Look);
        }
    }

    private void Lock()
    {
        if (
            world.Record?.RunningAttempt is not { } attempt
            || world.Cluster.Find(Kinds.Rollouts, SimulatedWorld.Key) is not { } rollout
        )
        {
            return;
        }
        var store = attempt.Order[_random.Next(attempt.Cohort)];
        world.Tell($"store {store} is locked out");
        _locked.Add(store);
        var steps = JsonNode.Parse(rollout.Json.GetProperty("spec").GetProperty("steps").GetRawText())!; // it has some
        Write(MishapMaker.Shrinking());
        world.After(OnStable, () => Write(steps));
    }

    private void Write(JsonNode steps)
    {
        if (world.Cluster.Find(Kinds.Rollouts, SimulatedWorld.Key) is not null)
        {
            world.Cluster.Edit(Kinds.Rollouts, SimulatedWorld.Key, r => r["spec"]!["steps"] = steps.DeepClone()); // it has a spec
        }
    }
}
