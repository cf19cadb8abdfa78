using CsCheck;
using Operator.Api;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Credentials;

/// <summary>
/// Random outages of a login, of connectors of any schedule and of two stores or more. The only store of a connector pauses for itself: see
/// <see cref="ProbeStories"/>.
/// </summary>
public sealed class OutageProperties
{
    private sealed record Outage(int Stores, int Minutes, int Spread, int StartsAfter, int Lasts);

    private static readonly Gen<Outage> Outages = Gen.Select(
        Gen.Int[2, 60],
        Gen.Int[0, 2].Select(i => new[] { 1, 5, 20 }[i]),
        Gen.Int[0, 2].Select(i => new[] { 0, 30, 50 }[i]),
        Gen.Int[0, 1500],
        Gen.Int[60, 200 * 60],
        (stores, minutes, spread, after, lasts) => new Outage(stores, minutes, spread, after, lasts)
    );

    [Fact]
    public void Every_store_is_synced_soon_after_any_outage_and_few_runs_are_tried_meanwhile() =>
        Outages.Sample(Check, iter: 40, threads: 1, print: o => o.ToString());

    private static void Check(Outage outage)
    {
        var world = new World();
        world.Connector = A.Connector(world.Now, outage.Stores).With(FlowOf(outage));
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with
            {
                Credentials = new AppCredentials { SecretRef = new LocalObjectReference { Name = "app" } },
            },
        };
        world.RunWhatIsDue(TimeSpan.FromSeconds(outage.StartsAfter));

        world.Versions[A.Good] = new Behaviour { LockedOut = [.. world.Connector.Spec.Stores.Select(s => s.Name)] };
        var began = world.Now;
        DateTimeOffset? probingSince = null;
        world.RunWhatIsDue(
            TimeSpan.FromSeconds(outage.Lasts),
            w =>
            {
                probingSince ??= w.Record.Pauses.Common is null ? null : w.Now;
                Assert.False(Planner.Plan(w.Observe()).MustCommit, $"{w.Now:HH:mm:ss} a plan that is not done");
            }
        );
        CheckProbes(world, probingSince, began);

        world.Versions[A.Good] = new Behaviour();
        var end = world.Now;
        var soon = TimeSpan.FromMinutes(5 + (2 * outage.Minutes) + 2);
        world.RunWhatIsDue(soon);
        Assert.Empty(world.Record.Pauses.Auth);
        var synced = world
            .Record.Ledger("orders")
            .Stores.Values.Count(s => s.LastOkSlot > end.AddMinutes(-outage.Minutes));
        Assert.Equal(outage.Stores, synced);
    }

    /// <summary>
    /// Stores that have failed run again as probes only: each a run of one store, and at least 5 minutes after the one before. A store that has
    /// not failed yet runs when it is due.
    /// </summary>
    private static void CheckProbes(World world, DateTimeOffset? since, DateTimeOffset outage)
    {
        var failed = new HashSet<string>(StringComparer.Ordinal);
        DateTimeOffset? before = null;
        foreach (var run in world.Runs.Where(r => r.At > outage))
        {
            if (run.At > since && run.Print.Stores.Any(failed.Contains))
            {
                Assert.Single(run.Print.Stores);
                Assert.False(
                    run.At - before < TimeSpan.FromMinutes(5),
                    $"probes at {before:HH:mm:ss} and {run.At:HH:mm:ss}"
                );
                before = run.At;
            }
            failed.UnionWith(run.Print.Stores);
        }
    }

    private static Flow FlowOf(Outage outage) =>
        new()
        {
            Name = "orders",
            Schedule = $"@every {outage.Minutes}m",
            Spread = new Duration($"{outage.Spread}s"),
            MaxStoresPerRun = 5,
        };
}
