using System.Collections.Immutable;
using System.Diagnostics;

namespace Operator.Runtime;

/// <summary>
/// Decides for one commit which parts are inside the head and which get their own object, and checks all sizes before any object
/// is written.
/// </summary>
internal sealed class RecordDrafting(RecordStoreOptions options, RecordObjects objects, Func<string> newId)
{
    /// <summary>A smaller part takes about as much room in the head when it is outside.</summary>
    private const int LeastWorthMoving = 512;

    private readonly List<RecordObjects.PartDraft> _parts = [];

    /// <summary>The new record, and the parts to create.</summary>
    public sealed record Prepared(StoredRecord Draft, IReadOnlyList<RecordObjects.PartDraft> Parts);

    private sealed record InnerPart(string Name, PartReference Reference, byte[] Packed);

    public Prepared Prepare(
        ObjectKey subject,
        CommitBasis basis,
        ImmutableSortedDictionary<string, ReadOnlyMemory<byte>?> changes
    )
    {
        var draft = Begin(basis) with { Claim = basis.Claim };
        foreach (var (name, change) in changes)
        {
            draft = change is { } content
                ? draft with
                {
                    Parts = draft.Parts.SetItem(name, content),
                    References = draft.References.SetItem(name, Place(subject, draft, name, content)),
                }
                : draft with
                {
                    Parts = draft.Parts.Remove(name),
                    References = draft.References.Remove(name),
                };
        }
        var quiet = Quiet(draft).Select(p => KeyValuePair.Create(p.Name, MovedOut(p, draft.Counter)));
        draft = draft with { References = draft.References.SetItems(quiet) };
        var headBytes = objects.Head(subject, RecordObjects.HeadOf(draft), replaced: null).Length;
        return headBytes <= options.MaxHeadBytes
            ? new Prepared(draft, _parts)
            : throw new RecordTooLargeException(subject, part: null, headBytes, options.MaxHeadBytes);
    }

    private PartReference Place(ObjectKey subject, StoredRecord draft, string name, ReadOnlyMemory<byte> content)
    {
        var packed = PartPacking.Pack(content);
        if (packed.Length > options.MaxPartBytes)
        {
            throw new RecordTooLargeException(subject, name, packed.Length, options.MaxPartBytes);
        }
        var reference = new PartReference { Sha256 = PartPacking.Sha256(content), Since = draft.Counter };
        var isInside = FitsInside(name, packed, draft);
        var placed =
            isInside && !options.OutlivesHead(name) ? reference : Outside(name, reference, packed, draft.Counter);
        return isInside ? placed with { Packed = packed } : placed;
    }

    /// <summary>A part that has its own object, too, only loses its copy inside the head.</summary>
    private PartReference MovedOut(InnerPart part, long counter) =>
        part.Reference.Object is null
            ? Outside(part.Name, part.Reference, part.Packed, counter)
            : part.Reference with
            {
                Packed = null,
            };

    private PartReference Outside(string name, PartReference reference, byte[] packed, long counter)
    {
        var fresh = $"{options.Prefix}-part-{newId()}";
        _parts.Add(new RecordObjects.PartDraft(fresh, name, counter, reference.Sha256, packed));
        return reference with { Object = fresh, Packed = null };
    }

    private bool FitsInside(string name, byte[] packed, StoredRecord draft)
    {
        var others = draft.References.Where(r => r.Key != name);
        var most = options.OutlivesHead(name) ? options.MaxInlineCopyBytes : options.MaxInlineBytes;
        return packed.Length <= most
            && packed.Length + others.Sum(r => r.Value.Packed?.Length ?? 0) <= options.MaxInlineBytesTogether;
    }

    /// <summary>The parts inside the head that get their own object now: see <see cref="RecordStoreOptions.UsualInlineBytes"/>.</summary>
    private List<InnerPart> Quiet(StoredRecord draft)
    {
        var inside = draft
            .References.Where(r => r.Value.Packed is not null)
            .Select(r => new InnerPart(r.Key, r.Value, r.Value.Packed!)) // filtered
            .OrderByDescending(p => p.Packed.Length)
            .ToList();
        var bytes = inside.Sum(p => p.Packed.Length);
        var quiet = new List<InnerPart>();
        foreach (var part in inside.Where(p => draft.Counter - p.Reference.Since >= options.QuietCommits))
        {
            if (bytes <= options.UsualInlineBytes || part.Packed.Length < LeastWorthMoving)
            {
                break;
            }
            bytes -= part.Packed.Length;
            quiet.Add(part);
        }
        return quiet;
    }

    private static StoredRecord Begin(CommitBasis basis) =>
        basis switch
        {
            CommitBasis.OnTop(var record) => record with { Counter = record.Counter + 1 },
            CommitBasis.Fresh fresh => Empty(fresh.Id, counter: 1, fresh.CreatedAt),
            CommitBasis.InPlaceOf lost => Empty(lost.Id, lost.Above + 1, lost.CreatedAt),
            _ => throw new UnreachableException(),
        };

    private static StoredRecord Empty(string id, long counter, DateTimeOffset createdAt) =>
        new()
        {
            Id = id,
            Counter = counter,
            CreatedAt = createdAt,
            Parts = ImmutableSortedDictionary.Create<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal),
            References = ImmutableSortedDictionary.Create<string, PartReference>(StringComparer.Ordinal),
        };
}
