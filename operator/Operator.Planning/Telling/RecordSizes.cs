using System.Globalization;
using Operator.Api;
using Operator.Planning.Facts;

namespace Operator.Planning.Telling;

/// <summary>Says that the record is too large, with the arithmetic.</summary>
public static class RecordSizes
{
    private const int Unit = 1024;

    /// <summary>Sizes are rounded up to this many KiB, because a message that changes each time is a write each time.</summary>
    private const int Step = 16;

    /// <summary>Sizes in bytes after compression. <paramref name="part"/> is null when the record's head is too large.</summary>
    public static string Arithmetic(string? part, int bytes, int limit)
    {
        var steps = (bytes + (Unit * Step) - 1) / (Unit * Step);
        var name = part is null ? "the list of the record's parts" : $"part '{part}' of the record";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{name} takes about {steps * Step} KiB, at most {limit / Unit} KiB fit"
        );
    }

    /// <summary>The condition of the connector; the event has the same message.</summary>
    public static string Message(string arithmetic) =>
        $"{arithmetic}: nothing new is planned, and finished pods are still deleted; lower spec.history.slots, shorten spec.sync and the parameters, or move stores to another connector";

    /// <summary>The status says that the last commit failed for this.</summary>
    public static bool IsTooLarge(ConnectorStatus status) =>
        status.Conditions.Any(c => c is { Type: ConditionTypes.Ready, Reason: Reasons.RecordTooLarge });
}
