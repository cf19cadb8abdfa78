using Operator.Planning.Facts;
using Operator.Planning.Record.Encoding;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>Recovers the books of a lost record from its surviving parts.</summary>
internal static class Survivors
{
    /// <summary>
    /// Of each part name, the newest part with a counter up to the witness is the best, because a newer part may never have been
    /// committed. Then come the older ones, then the newer ones, oldest first. The content of a revision is the same in all copies.
    /// </summary>
    public static RecordSight.Lost Of(RecordRead.Lost lost, string newId, DateTimeOffset now, long witness)
    {
        var known = lost.Survivors.Where(s => s.Counter <= witness).OrderByDescending(s => s.Counter);
        var later = lost.Survivors.Where(s => s.Counter > witness).OrderBy(s => s.Counter);
        var books = RecordParts.Salvage(known.Concat(later).Select(s => KeyValuePair.Create(s.Name, s.Content)));
        return new RecordSight.Lost(lost.Why, newId, now, books.Revisions, books.Attempts) { Actions = books.Actions };
    }
}
