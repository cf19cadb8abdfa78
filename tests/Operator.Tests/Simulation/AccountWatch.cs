using Operator.Planning.Facts;
using Operator.Testing;

namespace Operator.Tests.Simulation;

/// <summary>Stores with one account have one live run of a flow at a time, whatever they are called now.</summary>
internal sealed class AccountWatch(Func<string, string?> accountOf, List<string> violations)
{
    /// <param name="change">The new pod.</param>
    /// <param name="print">What it runs.</param>
    /// <param name="live">The other pods that have not ended.</param>
    public void Created(ClusterChange change, Fingerprint print, IEnumerable<Fingerprint> live)
    {
        // A lost record knows no former names.
        var others = live.Where(o => o.Flow == print.Flow && o.Record == print.Record).ToList();
        foreach (var store in print.Stores)
        {
            if (
                accountOf(store) is { } account
                && others.Find(o => o.Stores.Any(s => accountOf(s) == account)) is { } other
            )
            {
                violations.Add(
                    $"{change.At:HH:mm:ss.fff}: {change.Key.Name} runs store {store} of flow {print.Flow}, and a run of {string.Join(", ", other.Stores)} with its account is live"
                );
            }
        }
    }
}
