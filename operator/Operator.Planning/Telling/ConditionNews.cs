using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Drafts;

namespace Operator.Planning.Telling;

/// <summary>
/// The one rule for events about conditions: a condition that turns bad is one Warning event. The status in the cluster says what was
/// bad before, so a restart tells nothing again. Conditions with one message tell one thing. See decision 0032.
/// </summary>
public static class ConditionNews
{
    /// <summary>
    /// The conditions to tell as events, after <paramref name="after"/> has taken the place of <paramref name="before"/>.
    /// <paramref name="told"/>: the events of the same plan about the same object; what they tell is told.
    /// </summary>
    public static ImmutableArray<Condition> Of(
        ImmutableArray<Condition> before,
        ImmutableArray<Condition> after,
        params IEnumerable<EventNote> told
    )
    {
        var bad = before.Where(IsBad).ToList();
        var reasons = told.Where(e => e.IsWarning).Select(e => e.Reason).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. after
                .Where(c => IsBad(c) && !bad.Exists(b => b.Type == c.Type))
                .GroupBy(c => c.Message, StringComparer.Ordinal)
                .Where(g => !bad.Exists(b => b.Message == g.Key) && !g.Any(c => reasons.Contains(c.Reason)))
                .Select(g => g.First()),
        ];
    }

    /// <summary>Ready and Reconciling are no problems while True; every other condition is.</summary>
    public static bool IsBad(Condition condition) =>
        condition.Type switch
        {
            ConditionTypes.Ready => condition.Status == "False",
            ConditionTypes.Reconciling => false,
            _ => condition.Status == "True",
        };
}
