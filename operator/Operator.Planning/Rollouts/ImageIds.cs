using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>
/// Notices that a tag was moved: a revision remembers the image id of its first run, and another id holds the attempt. An image
/// that the spec names by its digest can't change.
/// </summary>
internal static class ImageIds
{
    public static Draft After(Draft draft, Entry entry, ObservedPod pod)
    {
        var book = draft.Record.Revisions;
        if (
            ImageId.Comparable(pod.ImageId) is not { } id
            || book.Find(entry.Revision) is not { OtherImageId: null } revision
            || revision.ImageIds.Any(known => ImageId.IsSame(known, id))
            || revision.Sync.Image.Contains('@', StringComparison.Ordinal)
        )
        {
            return draft;
        }
        return revision.ImageIds.IsEmpty
            ? draft with
            {
                Record = With(draft.Record, revision, revision with { ImageIds = [id] }),
            }
            : Changed(draft, revision, id);
    }

    /// <summary>Why the revision's image is not the one that it ran first; null: it is.</summary>
    public static string? Problem(Revision? revision) =>
        revision is { OtherImageId: { } other, ImageIds: [var first, ..] }
            ? $"image {revision.Sync.Image} of revision {revision.Hash} is another one than at its first run: {other}, not {first}; was the tag moved? use a new tag or a digest (harmless when nodes of several platforms run it)"
            : null;

    private static Draft Changed(Draft draft, Revision revision, string id)
    {
        var changed = revision with { OtherImageId = id };
        var message = Problem(changed)!; // it has two ids
        var isCandidate = draft.Record.RunningAttempt?.Revision == revision.Hash;
        return draft
            .Decide(With(draft.Record, revision, changed), $"revision {revision.Hash} ran with another image")
            .Tell(
                isCandidate ? EventTarget.Rollout : EventTarget.Connector,
                Reasons.ImageChanged,
                message,
                isWarning: true
            );
    }

    private static ConnectorRecord With(ConnectorRecord record, Revision before, Revision after) =>
        record with
        {
            Revisions = record.Revisions with { Items = record.Revisions.Items.Replace(before, after) },
        };
}
