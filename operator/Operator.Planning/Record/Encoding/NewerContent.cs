using System.Text.Json;

namespace Operator.Planning.Record.Encoding;

/// <summary>Finds content that a newer version of the operator wrote, and that this version only carries along.</summary>
internal static class NewerContent
{
    public static bool IsIn(ConnectorRecord record) =>
        !record.Form.Unknown.IsEmpty || Members(record).Any(members => members is not null);

    private static IEnumerable<Dictionary<string, JsonElement>?> Members(ConnectorRecord record) =>
        record
            .Plans.Values.Select(p => p.Newer)
            .Concat(record.Revisions.Items.Select(r => r.Newer))
            .Append(record.Revisions.Newer)
            .Append(record.Attempts.Newer)
            .Append(record.RunningAttempt?.Newer)
            .Append(record.Actions.Newer);
}
