using System.Collections.Immutable;

namespace Operator.Testing;

/// <summary>Rules that are asked in order, under the cluster's lock, and that can be taken away again.</summary>
internal sealed class Rules<TRule>(Lock gate)
{
    public ImmutableArray<TRule> All { get; private set; } = [];

    /// <summary>Disposing the answer takes the rule away.</summary>
    public IDisposable Add(TRule rule)
    {
        lock (gate)
        {
            All = All.Add(rule);
        }
        return new Registration(() =>
        {
            lock (gate)
            {
                All = All.Remove(rule);
            }
        });
    }

    public void Clear()
    {
        lock (gate)
        {
            All = [];
        }
    }
}
