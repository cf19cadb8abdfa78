using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests.Simulation;

/// <summary>
/// In some worlds the marketplace locks single stores out for the rest of the chaos, whatever good version runs there: they pause, also those that
/// have run a candidate.
/// </summary>
internal sealed class LockoutMaker(SimulatedWorld world, int seed)
{
    // Its own random numbers change nothing else in a world.
    private readonly Random _random = new(seed ^ 0x3c1d);
    private readonly HashSet<string> _locked = new(StringComparer.Ordinal);

    public bool HasLocked => _locked.Count > 0;

    public void Begin(TimeSpan chaos)
    {
        for (var i = seed % 6 == 5 ? _random.Next(1, 4) : 0; i > 0; i--)
        {
            world.After(chaos * _random.NextDouble(), Lock);
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

    private void Lock()
    {
        var store = $"s0{_random.Next(1, 5)}"; // not every world has the fourth
        world.Tell($"store {store} is locked out");
        _locked.Add(store);
    }
}
