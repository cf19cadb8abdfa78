using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;

namespace Operator.Planning.Telling;

/// <summary>Tells that one seller account is listed more than once: within the connector, or in two connectors of the namespace.</summary>
internal static class AccountTeller
{
    /// <summary>Null: each account is listed once.</summary>
    public static ConditionDraft? Shared(Draft draft)
    {
        var texts = new[] { Within(draft), Elsewhere(draft) }.OfType<string>().ToList();
        return texts.Count == 0
            ? null
            : ConditionDraft.True(Reasons.AccountShared, Reasons.AccountShared, string.Join("; ", texts));
    }

    private static string? Within(Draft draft)
    {
        if (!draft.Effective.Accounts.Exist)
        {
            return null;
        }
        var stores = draft.Spec.Stores;
        var pairs = AccountTwins.In(stores);
        return pairs.IsEmpty
            ? null
            : AccountTwins.Describe(stores[pairs[0].First], stores[pairs[0].Second]) + More(pairs.Length);
    }

    private static string? Elsewhere(Draft draft)
    {
        var elsewhere = draft.Seen.AccountsElsewhere;
        if (elsewhere.IsEmpty)
        {
            return null;
        }
        var first = elsewhere[0];
        return $"connector '{first.Connector}' runs flow '{first.Flow}' with the account of store '{first.Store}', too, and the runs of two connectors don't wait for each other; list the account in one of them, or suspend it in the other"
            + More(elsewhere.Length);
    }

    private static string More(int count) => count > 1 ? $" (and {count - 1} more)" : "";
}
