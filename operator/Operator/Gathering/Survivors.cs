using Operator.Planning.Facts;
using Operator.Planning.Record.Encoding;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>What is left of a record that lost its head.</summary>
internal static class Survivors
{
    /// <summary>The newest surviving parts that a witness vouches for: a part above every witness may never have been committed.</summary>
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
