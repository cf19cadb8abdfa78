using Operator.Api;

namespace Operator.Planning.Actions;

/// <summary>What is wrong with an action by itself, whatever its connector.</summary>
internal static class ActionProblems
{
    /// <summary>What is wrong with the object itself, so that it can never be done; null when it is clear.</summary>
    public static string? Of(SyncAction action)
    {
        if (action.Metadata.Generation > 1)
        {
            return "it was changed after it was made, which an action can't be; make another one";
        }
        var findings = ActionRules.Check(action);
        if (!findings.IsEmpty)
        {
            return string.Join("; ", findings);
        }
        // A misspelt field that is dropped without a word could make it mean every store.
        var dropped = UnknownFields.InLastApplied(action.Metadata.Annotations, ApiGroup.ActionKind);
        return dropped.IsEmpty
            ? null
            : $"the cluster dropped fields that this kind does not have: {string.Join(", ", dropped)}; correct the manifest and make another one";
    }
}
