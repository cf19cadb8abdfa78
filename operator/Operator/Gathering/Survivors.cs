using Operator.Planning.Facts;
using Operator.Planning.Record.Encoding;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>Decodes the surviving parts of a lost record.</summary>
internal static class Survivors
{
    /// <summary>
    /// Takes, for each part name, the newest part with a counter up to the witness, because a newer part may never have been
    /// committed. Without such a part, takes the oldest one.
    /// </summary>
    public static RecordSight.Lost Of(RecordRead.Lost lost, string newId, DateTimeOffset now, long witness)
    {
        SurvivingPart? Newest(string name)
        {
            var parts = lost.Survivors.Where(s => s.Name == name).ToList();
            return parts.Where(s => s.Counter <= witness).MaxBy(s => s.Counter) ?? parts.MinBy(s => s.Counter);
        }
        var revisions = Newest(RecordParts.Revisions);
        var attempts = Newest(RecordParts.Attempts);
        var actions = Newest(RecordParts.Actions);
        return new RecordSight.Lost(
            lost.Why,
            newId,
            now,
            revisions is null ? null : RecordParts.DecodeRevisions(revisions.Content.Span),
            attempts is null ? null : RecordParts.DecodeAttempts(attempts.Content.Span)
        )
        {
            Actions = actions is null ? null : RecordParts.DecodeActions(actions.Content.Span),
        };
    }
}
