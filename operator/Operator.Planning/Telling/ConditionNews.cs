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
        var reasons = told.Where(e => e.IsWarning).Select(e => e.Reason).ToHashSet(StringComparer.Ordinal);
        return [.. TurnedBad(before, after).Where(g => !g.Any(c => reasons.Contains(c.Reason))).Select(g => g.First())];
    }

    /// <summary>
    /// What is told of a status once it is written: the conditions that turned bad, each in the words of the plan's event about it if there
    /// is one (<paramref name="notes"/>), because these say what happened.
    /// </summary>
    public static ImmutableArray<EventNote> Told(
        EventTarget target,
        ImmutableArray<Condition> before,
        ImmutableArray<Condition> after,
        ImmutableArray<EventNote> notes
    ) =>
        [
            .. notes.Where(n => IsAbout(n, target, before, after)),
            .. Of(before, after, notes.Where(n => n.Target == target))
                .Select(c => new EventNote(target, c.Reason, c.Message, IsWarning: true)),
        ];

    /// <summary>
    /// The plan's event tells a condition of the target that turns bad. It waits for the status: if that can't be written, the next pass
    /// tells the condition, and it must not be told twice.
    /// </summary>
    public static bool IsAbout(
        EventNote note,
        EventTarget target,
        ImmutableArray<Condition> before,
        ImmutableArray<Condition> after
    ) =>
        note.IsWarning
        && note.Target == target
        && TurnedBad(before, after).Any(g => g.Any(c => c.Reason == note.Reason));

    /// <summary>Conditions with one message are one group.</summary>
    private static IEnumerable<IGrouping<string, Condition>> TurnedBad(
        ImmutableArray<Condition> before,
        ImmutableArray<Condition> after
    )
    {
        var bad = before.Where(IsBad).ToList();
        return after
            .Where(c => IsBad(c) && !bad.Exists(b => b.Type == c.Type))
            .GroupBy(c => c.Message, StringComparer.Ordinal)
            .Where(g => !bad.Exists(b => b.Message == g.Key));
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
