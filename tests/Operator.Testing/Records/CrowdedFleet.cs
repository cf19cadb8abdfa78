using Operator.Api;
using Operator.Planning.Facts;

namespace Operator.Testing;

/// <summary>How the runs of a fleet end.</summary>
public enum FleetMood
{
    Well,

    /// <summary>Of each run some stores fail, others each time.</summary>
    Mixed,

    /// <summary>Every store fails with one of several error classes.</summary>
    Failing,

    /// <summary>Every run dies before it reaches a store, so every store ends up alone in its run.</summary>
    Crashing,
}

/// <summary>
/// A connector with many stores, two flows every five minutes, three quotas per store and a history of ten slots, and the scripts of
/// its runs. The same seed gives the same fleet.
/// </summary>
public sealed class CrowdedFleet(int stores, FleetMood mood, int seed)
{
    public static readonly DateTimeOffset Start = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private readonly Random _random = new(seed);

    /// <summary>Stores are named by this seed.</summary>
    public MarketplaceConnector Connector()
    {
        var connector = A.Connector(Start, stores: 0);
        return connector with
        {
            Spec = connector.Spec with
            {
                Marketplace = Marketplace.Custom,
                Stores = [.. new SellerNames(seed).Random(stores).Select(n => new Store { Name = n })],
                Flows = [Flow("orders"), Flow("inventory")],
                Quotas = [Quota("orders.search"), Quota("feeds.create"), Quota("listings.get")],
                History = new HistoryLimits { Slots = 10 },
            },
        };
    }

    /// <summary>A run takes 20 to 60 s.</summary>
    public PodScript Script(Fingerprint print) =>
        new()
        {
            RunsFor = TimeSpan.FromSeconds(20 + (40 * _random.NextDouble())),
            ExitCode = mood == FleetMood.Crashing ? 134 : 0,
            Message = mood == FleetMood.Crashing ? "" : WorkerReport.Of(print.Stores.Select(_ => Part())),
        };

    private string Part() =>
        mood switch
        {
            FleetMood.Well => WorkerReport.Store(10),
            FleetMood.Mixed when _random.Next(10) > 0 => WorkerReport.Store(10),
            _ => WorkerReport.Failed(5, "piuxn"[_random.Next(5)]),
        };

    private static Flow Flow(string name) =>
        new()
        {
            Name = name,
            Schedule = "*/5 * * * *",
            Spread = new Duration("60s"),
            StartingDeadline = new Duration("2m"),
            MaxStoresPerRun = 25,
            MaxConcurrentRuns = 400,
            Uses =
            [
                new ApiUse { Api = "orders.search", CallsPerStore = 2 },
                new ApiUse { Api = "feeds.create", CallsPerStore = 1 },
                new ApiUse { Api = "listings.get", CallsPerStore = 3 },
            ],
        };

    private static Quota Quota(string api) =>
        new()
        {
            Api = api,
            Rate = new Rate("1/10s"),
            Burst = 60,
            PerDay = 10_000,
            Scope = QuotaScope.Store,
        };
}
