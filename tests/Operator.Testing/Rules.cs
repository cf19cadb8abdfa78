using System.Collections.Immutable;

namespace Operator.Testing;

/// <summary>A list of rules in order, used under the cluster's lock. Each rule can be removed.</summary>
internal sealed class Rules<TRule>(Lock gate)
{
    public ImmutableArray<TRule> All { get; private set; } = [];

    /// <summary>Adds a rule. Dispose the result to remove the rule.</summary>
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
