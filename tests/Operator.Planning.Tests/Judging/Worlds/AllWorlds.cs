using System.Collections.Immutable;

namespace Operator.Planning.Tests.Judging.Worlds;

/// <summary>Worlds in which versions that are alike must get through, and harms that must be found.</summary>
internal static class AllWorlds
{
    private const int Day = 48;

    public static ImmutableArray<World> Alike { get; } =
    [
        new("plain"),
        new("clean") { FailureRate = 0 },
        new("dirty: 2 to 20 % fail") { FailureRate = 0.04 },
        new("one day of three has ten times the failures") { Season = t => t / Day % 3 == 1 ? 10 : 1 },
        new("a bad hour each day") { Season = t => t % Day < 4 ? 40 : 1 },
        new("failures that grow for good") { Season = t => 1 + (t / 60.0) },
        new("traffic of day and night") { Traffic = t => 1 + (0.95 * Math.Sin(2 * Math.PI * t / Day)) },
        new("bursts of broken items") { Bursts = 0.03 },
        new("stores ill often") { FallsIll = 0.01 },
        new("regions degrade") { RegionDegrades = 0.02 },
        new("4 % of the runs crash") { Crashes = 0.04 },
        new("an outage of 40 occasions, and what it leaves behind")
        {
            IsOutage = t => t is >= 12 and < 52,
            ComesAgain = 0.5,
        },
        new("short outages, one in 30 occasions") { IsOutage = t => t % 30 is 17 or 18 },
        new("slow pulls lose a fifth of the candidate's runs") { CandidateLost = 0.2 },
        new("a quarter of all runs lost") { Lost = 0.25 },
        new("failed items come again") { FailureRate = 0.01, ComesAgain = 0.8 },
        new("stores come and go") { Away = 0.3 },
        new("groups change each time") { GroupsChange = true, FallsIll = 0.005 },
        new("sizes by a power law") { HasGiants = true },
        new("tiny stores") { Items = 1.5 },
        new("four of five runs on the candidate") { CandidateShare = 0.8, Crashes = 0.02 },
        new("all at once")
        {
            Crashes = 0.01,
            Lost = 0.05,
            FallsIll = 0.003,
            RegionDegrades = 0.005,
            ComesAgain = 0.3,
            Away = 0.1,
            HasGiants = true,
            Season = t => t % Day < 6 ? 8 : 1,
        },
    ];

    public static ImmutableArray<Harm> Harms { get; } =
    [
        new("every item fails") { AtLeast = 1 },
        new("half of the items fail") { AtLeast = 0.5 },
        new("always crashes") { Crashes = 1 },
        new("crashes 1 in 5") { Crashes = 0.2 },
        new("does nothing") { Volume = 0 },
        new("drops 70 %") { Volume = 0.3 },
        new("ten times the failures") { Factor = 10 },
        new("five times the failures") { Factor = 5 },
        new("one item in ten fails from the last step on") { AtLeast = 0.1, IsLate = true },
        new("breaks 15 % of the stores") { BreaksStores = 0.15 },
    ];
}
