using Operator.Planning.Actions;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Steps;

/// <summary>
/// Tells once about all stores that an occasion found unable to authenticate: a wrong Secret of an application locks out
/// thousands of stores, in many runs.
/// </summary>
internal static class LockedOut
{
    /// <summary>Tells about the stores whose pauses began with a run of this closing occasion.</summary>
    public static Draft Tell(Draft draft, Occasion occasion)
    {
        var pauses = draft.Record.Pauses.Auth;
        bool Began(Entry entry, string store) =>
            pauses.TryGetValue(store, out var pause) && pause.Since == entry.EndedAt;
        var stores = occasion
            .Entries.SelectMany(e => e.Stores.Where(s => Began(e, s)))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ToList();
        if (stores.Count == 0)
        {
            return draft;
        }
        var message =
            $"{Count(stores)} can't authenticate: {ActionTexts.Names(stores)}; runs pause for 5 minutes to 6 hours, until they can authenticate";
        return draft
            .Decide(draft.Record, message)
            .Tell(EventTarget.Connector, Reasons.AuthFailed, message, isWarning: true);
    }

    public static string Count(IReadOnlyCollection<string> stores) =>
        stores.Count == 1 ? "1 store" : $"{stores.Count} stores";
}
