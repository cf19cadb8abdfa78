using System.Text.Json;

namespace Operator.Api;

/// <summary>Text that others wrote where JSON is expected.</summary>
public static class ForeignJson
{
    /// <summary>
    /// The exceptions by which such text shows that it can't be read: it is no JSON, or it has a name or a text with half a surrogate pair,
    /// which JSON allows and no string can hold.
    /// </summary>
    public static bool IsUnreadable(Exception e) => e is JsonException or InvalidOperationException;
}
