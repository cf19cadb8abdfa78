using Operator.Planning.Record;

namespace Operator.Planning.Judging;

/// <summary>What the judge knows of one store in one flow, within an attempt.</summary>
internal sealed record StoreTrial
{
    public static StoreTrial New { get; } = new();

    public StoreSums Stable { get; init; }
    public StoreSums Candidate { get; init; }

    /// <summary>The store's own question: does it fail on the candidate? Null: all questions were given to other stores.</summary>
    public Question? Breaks { get; init; }

    /// <summary>
    /// The coin of the store's last run, when the store was the first of its group there. Null: it was not, or that run had no coin.
    /// </summary>
    public Coin? LastCoin { get; init; }

    /// <summary>Items of a stable run, once there are two; null before.</summary>
    public double? Usual => Stable.Runs > 1 ? (double)Stable.Items.Attempted / Stable.Runs : null;

    public StoreSums Of(Arm arm) => arm == Arm.Candidate ? Candidate : Stable;

    public StoreTrial With(Arm arm, StoreSums sums) =>
        arm == Arm.Candidate ? this with { Candidate = sums } : this with { Stable = sums };
}

/// <summary>
/// "Store sums": counted runs of one arm that reached the store and did not end badly; and the last stage in which a counted run of the
/// arm reached the store, however it ended (0: none did).
/// </summary>
internal readonly record struct StoreSums(int Runs, ItemCounts Items, int ReachedStage);
