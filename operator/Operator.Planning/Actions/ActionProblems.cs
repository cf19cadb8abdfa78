using Operator.Api;

namespace Operator.Planning.Actions;

/// <summary>Errors of an action that do not depend on its connector.</summary>
internal static class ActionProblems
{
    /// <summary>The error that makes the action impossible forever; null when there is none.</summary>
    public static string? Of(SyncAction action)
    {
        if (action.Metadata.Generation > 1)
        {
            return "it was changed after its creation, but an action can't be changed; create another one";
        }
        var findings = ActionRules.Check(AppliedNulls.NoteIn(action));
        if (!findings.IsEmpty)
        {
            return string.Join("; ", findings);
        }
        // A CRD that does not keep unknown fields silently drops a misspelt one, and then the action would apply to every store.
        var dropped = UnknownFields.InLastApplied(action.Metadata.Annotations, ApiGroup.ActionKind);
        return dropped.IsEmpty
            ? null
            : $"the cluster dropped fields that this kind does not have: {string.Join(", ", dropped)}; correct the manifest and make another one";
    }
}
