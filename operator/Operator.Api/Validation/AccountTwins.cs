using System.Collections.Immutable;

namespace Operator.Api;

/// <summary>Two stores that name one account. A suspended store does not count: nobody runs it.</summary>
public static class AccountTwins
{
    /// <summary>A store and the first one before it with the same account, by their places.</summary>
    public readonly record struct Pair(int First, int Second);

    public static ImmutableArray<Pair> In(IReadOnlyList<Store> stores)
    {
        var first = new Dictionary<Account, int>();
        var pairs = ImmutableArray.CreateBuilder<Pair>();
        for (var i = 0; i < stores.Count; i++)
        {
            if (!stores[i].Suspend && Account.Of(stores[i]) is { } account && !first.TryAdd(account, i))
            {
                pairs.Add(new Pair(first[account], i));
            }
        }
        return pairs.ToImmutable();
    }

    public static string Describe(Store first, Store second) =>
        $"stores {Texts.Quote(first.Name)} and {Texts.Quote(second.Name)} have one account ({Account.Of(second)}), so they share its tokens and its quota and never run at the same time; list each account once, with all its sites";
}
