using System.Globalization;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>
/// Which revision of the record the spec asks for. Contents are compared over the flows that both have: a flow that joins or leaves is no
/// new content. So a revision that gained a flow has another hash than the spec, and is its content all the same.
/// </summary>
internal static class AskedContent
{
    /// <summary>Hash of the revision that the spec asks for; null: its content can't be formed.</summary>
    public static string? HashOf(Draft draft) =>
        draft.Seen.Desired is DesiredContent.Formed(var desired) ? Of(draft.Record, desired).Hash : null;

    /// <summary>
    /// The revision of the record with the content of <paramref name="desired"/>: stable, the candidate, the rejected one or a former
    /// stable, in this order. Else <paramref name="desired"/> itself, under a name that no other content has.
    /// </summary>
    public static Revision Of(ConnectorRecord record, Revision desired)
    {
        var book = record.Revisions;
        var hashes = new[] { book.StableHash, record.RunningAttempt?.Revision, book.Rejected?.Hash }.Concat(
            book.FormerStables.Reverse()
        );
        return hashes.Select(book.Find).FirstOrDefault(known => known is not null && IsAlike(record, desired, known))
            ?? Renamed(book, desired);
    }

    /// <summary>
    /// Flows that the known revision lacks are compared with stable's: their parameters don't come in with another revision's content.
    /// </summary>
    private static bool IsAlike(ConnectorRecord record, Revision desired, Revision known)
    {
        var book = record.Revisions;
        var whole = WithFlowsOf(known, record.Stable);
        bool IsCompared(string flow) =>
            desired.FlowParameters.ContainsKey(flow)
            && whole.FlowParameters.ContainsKey(flow)
            && !book.UnrunFlows.Contains(flow, StringComparer.Ordinal);
        return RevisionContent.AreAlike(desired, whole, IsCompared);
    }

    /// <summary>The revision with the flows of <paramref name="other"/> that it lacks.</summary>
    public static Revision WithFlowsOf(Revision revision, Revision? other)
    {
        var added = other?.FlowParameters.Where(f => !revision.FlowParameters.ContainsKey(f.Key)).ToList() ?? [];
        return added.Count == 0 ? revision : revision with { FlowParameters = revision.FlowParameters.AddRange(added) };
    }

    /// <summary>A revision that gained flows keeps its hash, so new content can have the hash of another one's.</summary>
    private static Revision Renamed(RevisionBook book, Revision desired)
    {
        var name = desired.Hash;
        for (var i = 2; book.Find(name) is { } other && !IsSame(desired, other); i++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{desired.Hash}-{i}");
        }
        return name == desired.Hash ? desired : desired with { Hash = name };
    }

    private static bool IsSame(Revision desired, Revision other) =>
        RevisionContent.AreAlike(
            desired,
            other,
            f => desired.FlowParameters.ContainsKey(f) && other.FlowParameters.ContainsKey(f)
        );
}
