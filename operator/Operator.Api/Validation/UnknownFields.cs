using System.Collections.Immutable;
using System.Text.Json;

namespace Operator.Api;

/// <summary>
/// Finds fields that our kinds do not have. A server without strict validation drops them without a message; kubectl's
/// last-applied annotation still contains them.
/// </summary>
public static class UnknownFields
{
    internal const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    /// <summary>
    /// Unknown fields of the kind, such as <c>spec.flows[0].shedule</c>, each with a message; metadata and status are not
    /// checked.
    /// </summary>
    public static ImmutableArray<Finding> In(JsonElement item, string kind) => JsonShape.UnknownFields(item, kind);

    /// <summary>
    /// The action with the unknown fields of the JSON that it was read from, which <see cref="ActionRules"/> refuses. The server keeps
    /// the unknown fields of an action for this.
    /// </summary>
    public static SyncAction NoteIn(SyncAction action, JsonElement item) =>
        action with
        {
            UnknownFields = In(item, ApiGroup.ActionKind),
        };

    /// <summary>
    /// Unknown fields of what kubectl last applied, as <c>spec.flows[0].shedule (there is no such field; did you mean
    /// schedule?)</c>; empty without that annotation.
    /// </summary>
    public static ImmutableArray<string> InLastApplied(IReadOnlyDictionary<string, string> annotations, string kind)
    {
        if (!annotations.TryGetValue(LastApplied, out var applied))
        {
            return [];
        }
        try
        {
            using var document = JsonDocument.Parse(applied);
            return [.. In(document.RootElement, kind).Select(f => $"{f.Path} ({f.Message})")];
        }
        catch (Exception e) when (ForeignJson.IsUnreadable(e))
        {
            // Anybody may write any text into the annotation; it only adds a hint.
            return [];
        }
    }
}
