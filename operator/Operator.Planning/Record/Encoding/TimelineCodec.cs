using System.Collections.Immutable;

namespace Operator.Planning.Record.Encoding;

/// <summary>
/// A flow's timeline: the part <c>outcomes.FLOW</c>, and when it is large, groups of older rows in parts of their own. A closed
/// occasion adds a row at one end and drops one at the other, so the groups end at rows that a hash of their id chooses: all groups
/// between the ends stay the same.
/// </summary>
internal sealed class TimelineCodec : BookCodec<Timeline>
{
    /// <summary>Characters of outcomes up to which the timeline is one part.</summary>
    private const int MostInOne = 16 * 1024;

    /// <summary>One of this number of rows ends a group.</summary>
    private const uint RowsAGroup = 6;

    /// <summary>The part <c>outcomes.FLOW</c>.</summary>
    internal sealed record Content
    {
        /// <summary>Groups of older rows, oldest first: each is named by the id of its last row.</summary>
        public ImmutableArray<string> Older { get; set; } = [];

        /// <summary>The timeline with the rows after those groups.</summary>
        public Timeline Newest { get; set; } = new();
    }

    public override void Write(PartWriter to, string name, Timeline book, Timeline? before)
    {
        var rows = book.Occasions;
        var older = ImmutableArray.CreateBuilder<string>();
        var start = 0;
        var isLarge = rows.Sum(r => r.Outcomes.Length) > MostInOne;
        for (var i = 0; isLarge && i < rows.Length; i++)
        {
            if (EndsGroup(rows[i].Id) && !older.Contains(rows[i].Id))
            {
                older.Add(rows[i].Id);
                to.Write($"{name}.{rows[i].Id}", new Timeline { Occasions = rows[start..(i + 1)] });
                start = i + 1;
            }
        }
        to.Write(name, new Content { Older = older.ToImmutable(), Newest = book with { Occasions = rows[start..] } });
    }

    public override Timeline? Read(PartReader from, string name) =>
        from.Find<Content>(name) is { } content
            ? content.Newest with
            {
                Occasions =
                [
                    .. content
                        .Older.SelectMany(id => from.Read<Timeline>($"{name}.{id}", listedIn: name).Occasions)
                        .Concat(content.Newest.Occasions),
                ],
            }
            : null;

    /// <summary>FNV-1a with a final mix, because ids of slots differ in few digits.</summary>
    private static bool EndsGroup(string id)
    {
        var hash = 2166136261u;
        foreach (var letter in id)
        {
            hash = unchecked((hash ^ letter) * 16777619u);
        }
        hash = unchecked((hash ^ (hash >> 15)) * 0x2c1b3c6du);
        return (hash ^ (hash >> 13)) % RowsAGroup == 0;
    }
}
