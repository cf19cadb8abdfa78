using System.Collections.Immutable;
using Operator.Planning.Record;

namespace Operator.Planning.Judging;

/// <summary>The state of several stores as bytes. The shares of their coins are few, so they are listed once.</summary>
internal static class StoreTrialForm
{
    [Flags]
    private enum Has
    {
        Nothing = 0,
        Question = 1,
        Answers = 2,
        Coin = 4,
        CandidateCoin = 8,
        StableSums = 16,
        CandidateSums = 32,
    }

    /// <summary>The stores at the positions of one shard; null: nothing is known of the store there.</summary>
    public static ImmutableArray<byte> Write(ReadOnlySpan<StoreTrial?> stores)
    {
        var to = new FormWriter();
        var shares = WriteShares(to, stores);
        var next = 0;
        for (var i = 0; i < stores.Length; i++)
        {
            if (stores[i] is { } store)
            {
                to.Whole(i - next);
                WriteStore(to, store, shares);
                next = i + 1;
            }
        }
        return next == 0 ? [] : to.Bytes;
    }

    /// <summary>Each store with its position in the shard.</summary>
    public static IEnumerable<(int Position, StoreTrial Store)> Read(ImmutableArray<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            yield break;
        }
        var from = new FormReader(bytes);
        var shares = Enumerable.Range(0, from.Count()).Select(_ => from.Fraction()).ToList();
        var next = 0;
        while (!from.IsAtEnd)
        {
            next += from.Count();
            yield return (next, ReadStore(from, shares));
            next++;
        }
    }

    private static List<double> WriteShares(FormWriter to, ReadOnlySpan<StoreTrial?> stores)
    {
        var shares = new List<double>();
        foreach (var store in stores)
        {
            if (store?.LastCoin is { } coin && !shares.Contains(coin.CandidateShare))
            {
                shares.Add(coin.CandidateShare);
            }
        }
        to.Whole(shares.Count);
        shares.ForEach(to.Fraction);
        return shares;
    }

    private static void WriteStore(FormWriter to, StoreTrial store, List<double> shares)
    {
        var has = Flags(store);
        to.Whole((long)has);
        if (has.HasFlag(Has.Answers) && store.Breaks is { } question)
        {
            WriteQuestion(to, question);
        }
        if (store.LastCoin is { } coin)
        {
            to.Whole(shares.IndexOf(coin.CandidateShare));
        }
        if (has.HasFlag(Has.StableSums))
        {
            WriteSums(to, store.Stable);
        }
        if (has.HasFlag(Has.CandidateSums))
        {
            WriteSums(to, store.Candidate);
        }
    }

    private static Has Flags(StoreTrial store) =>
        (store.Breaks is null ? Has.Nothing : Has.Question)
        | (store.Breaks is { Asked: > 0 } ? Has.Answers : Has.Nothing)
        | (store.LastCoin is null ? Has.Nothing : Has.Coin)
        | (store.LastCoin is { Arm: Arm.Candidate } ? Has.CandidateCoin : Has.Nothing)
        | (store.Stable == default ? Has.Nothing : Has.StableSums)
        | (store.Candidate == default ? Has.Nothing : Has.CandidateSums);

    private static StoreTrial ReadStore(FormReader from, List<double> shares)
    {
        var has = (Has)from.Count();
        var question = has.HasFlag(Has.Answers) ? ReadQuestion(from) : default;
        Coin? coin = null;
        if (has.HasFlag(Has.Coin))
        {
            var share = from.Count();
            coin = new Coin(
                has.HasFlag(Has.CandidateCoin) ? Arm.Candidate : Arm.Stable,
                share < shares.Count ? shares[share] : throw FormReader.Damaged()
            );
        }
        return new StoreTrial
        {
            Breaks = has.HasFlag(Has.Question) ? question : null,
            LastCoin = coin,
            Stable = has.HasFlag(Has.StableSums) ? ReadSums(from) : default,
            Candidate = has.HasFlag(Has.CandidateSums) ? ReadSums(from) : default,
        };
    }

    public static void WriteQuestion(FormWriter to, Question question)
    {
        to.Whole(question.Asked);
        to.Whole(question.Yes);
        to.Fraction(question.LogTwo);
        to.Fraction(question.LogEight);
    }

    public static Question ReadQuestion(FormReader from) =>
        new(from.Count(), from.Count(), from.Fraction(), from.Fraction());

    private static void WriteSums(FormWriter to, StoreSums sums)
    {
        to.Whole(sums.Runs);
        to.Whole(sums.Items.Attempted);
        to.Whole(sums.Items.Failed);
        to.Whole(sums.ReachedStage);
    }

    private static StoreSums ReadSums(FormReader from) =>
        new(from.Count(), new ItemCounts(from.Whole(), from.Whole()), from.Count());
}
