using System.Globalization;

namespace Operator.Planning.Calendar;

/// <summary>Formats instants for the sync contract and for messages: RFC 3339, UTC, whole seconds, such as <c>2026-11-24T15:00:00Z</c>.</summary>
public static class UtcText
{
    public static string Of(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
