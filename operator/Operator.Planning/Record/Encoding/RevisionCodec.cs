using System.Collections.Immutable;
using Operator.Api;

namespace Operator.Planning.Record.Encoding;

/// <summary>
/// The part <c>revisions</c> has what changes; the content of each revision is a part of its own, <c>revision.HASH</c>, which is
/// written once.
/// </summary>
internal sealed class RevisionCodec : BookCodec<RevisionBook>
{
    private const string ContentName = "revision";

    /// <summary>The part <c>revision.HASH</c>.</summary>
    internal sealed record Content
    {
        public SyncPodSpec Sync { get; set; } = new();
        public ImmutableSortedDictionary<
            string,
            ImmutableSortedDictionary<string, string>
        > FlowParameters { get; set; } = new Revision().FlowParameters;

        /// <summary>Values of ConfigMaps.</summary>
        public ImmutableSortedDictionary<string, string> Values { get; set; } = new Revision().Values;

        public static Content Of(Revision revision) =>
            new()
            {
                Sync = revision.Sync,
                FlowParameters = revision.FlowParameters,
                Values = revision.Values,
            };

        public Revision In(Revision revision) =>
            revision with
            {
                Sync = Sync,
                FlowParameters = FlowParameters,
                Values = Values,
            };
    }

    public static bool IsContent(string part) => part.StartsWith(ContentName + ".", StringComparison.Ordinal);

    public override void Write(PartWriter to, string name, RevisionBook book, RevisionBook? before)
    {
        to.Write(name, book with { Items = [.. book.Items.Select(new Content().In)] });
        foreach (var revision in book.Items)
        {
            if (Content.Of(revision) != ContentIn(before, revision.Hash) || to.Keep(PartOf(revision)) == 0)
            {
                to.Write(PartOf(revision), Content.Of(revision));
            }
        }
    }

    public override void Keep(PartWriter to, string name)
    {
        to.Keep(name);
        to.Keep(ContentName);
    }

    public override RevisionBook? Read(PartReader from, string name) =>
        from.Find<RevisionBook>(name) is { } book
            ? book with
            {
                Items = [.. book.Items.Select(r => from.Read<Content>(PartOf(r), listedIn: name).In(r))],
            }
            : null;

    /// <summary>The revisions of a lost record whose content survived.</summary>
    public static RevisionBook? Salvage(SurvivingParts parts, string name) =>
        parts.Find<RevisionBook>(name) is { } book
            ? book with
            {
                Items = [.. book.Items.SelectMany(r => Whole(r, parts.Find<Content>(PartOf(r))))],
            }
            : null;

    private static IEnumerable<Revision> Whole(Revision revision, Content? content) =>
        content is null ? [] : [content.In(revision)];

    private static Content? ContentIn(RevisionBook? before, string hash) =>
        before?.Find(hash) is { } revision ? Content.Of(revision) : null;

    private static string PartOf(Revision revision) => $"{ContentName}.{revision.Hash}";
}
