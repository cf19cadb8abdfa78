namespace Operator.Planning.Tests.Judging.Worlds;

/// <summary>What happens to a fleet, on both arms alike. Rates are shares from 0 to 1, times are occasions.</summary>
internal sealed record World(string Name)
{
    /// <summary>The stores' own failure rates spread around this by a factor of up to five.</summary>
    public double FailureRate { get; init; } = 0.004;

    /// <summary>Items of a run of one store, on average.</summary>
    public double Items { get; init; } = 25;

    /// <summary>Sizes of the stores by a power law instead of nearly equal ones.</summary>
    public bool HasGiants { get; init; }

    /// <summary>What multiplies the failure rate at a time.</summary>
    public Func<int, double> Season { get; init; } = _ => 1;

    /// <summary>What multiplies the items at a time.</summary>
    public Func<int, double> Traffic { get; init; } = _ => 1;

    /// <summary>Everything fails in all stores.</summary>
    public Func<int, bool> IsOutage { get; init; } = _ => false;

    /// <summary>How often a store falls ill, and for how long: then most of its items fail.</summary>
    public double FallsIll { get; init; }
    public int IllFor { get; init; } = 12;

    /// <summary>How often a region of the stores degrades, for 15 occasions: then one item in five fails.</summary>
    public double RegionDegrades { get; init; }

    /// <summary>Runs that end badly.</summary>
    public double Crashes { get; init; }

    /// <summary>Runs that are lost on both arms, and candidate runs that are lost besides, such as by slow pulls.</summary>
    public double Lost { get; init; }
    public double CandidateLost { get; init; }

    /// <summary>Failed items that come again with the next run, most of them to fail again.</summary>
    public double ComesAgain { get; init; }

    /// <summary>Stores of the cohort that are away at a time.</summary>
    public double Away { get; init; }

    /// <summary>The stores are grouped anew on each occasion.</summary>
    public bool GroupsChange { get; init; }

    /// <summary>How often a run meets a burst: ten times the items, of which a third fails.</summary>
    public double Bursts { get; init; }

    /// <summary>The candidate's share of the cohort's runs.</summary>
    public double CandidateShare { get; init; } = 0.5;

    public override string ToString() => Name;
}

/// <summary>What the candidate does worse than stable.</summary>
internal sealed record Harm(string Name)
{
    public static Harm None { get; } = new("alike");

    /// <summary>What multiplies the failure rate, and what it is at least.</summary>
    public double Factor { get; init; } = 1;
    public double AtLeast { get; init; }

    public double Crashes { get; init; }

    /// <summary>What it does of the items.</summary>
    public double Volume { get; init; } = 1;

    /// <summary>Stores in which every item fails.</summary>
    public double BreaksStores { get; init; }

    /// <summary>Only from the last step on.</summary>
    public bool IsLate { get; init; }

    public override string ToString() => Name;
}
