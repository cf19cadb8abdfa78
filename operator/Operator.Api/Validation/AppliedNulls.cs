using System.Text.Json;

namespace Operator.Api;

/// <summary>
/// <c>kubectl apply</c> leaves fields out whose value is null; its annotation still has them. <c>kubectl create</c> sends them.
/// </summary>
public static class AppliedNulls
{
    /// <summary>The action with the list of stores that its manifest wrote out as null, which <see cref="ActionRules"/> refuses.</summary>
    public static SyncAction NoteIn(SyncAction action) =>
        action.Spec.Stores.IsEmpty && WroteNullStores(action)
            ? action with
            {
                Spec = action.Spec with { Stores = [] },
            }
            : action;

    private static bool WroteNullStores(SyncAction action)
    {
        if (!action.Metadata.Annotations.TryGetValue(UnknownFields.LastApplied, out var applied))
        {
            return false;
        }
        try
        {
            using var document = JsonDocument.Parse(applied);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("spec", out var spec)
                && spec.ValueKind == JsonValueKind.Object
                && spec.TryGetProperty("stores", out var stores)
                && stores.ValueKind == JsonValueKind.Null;
        }
        catch (Exception e) when (ForeignJson.IsUnreadable(e))
        {
            // Anybody may write any text into the annotation; it only adds a hint.
            return false;
        }
    }
}
