namespace Operator.Runtime;

public sealed record RecordStoreOptions
{
    /// <summary>Domain of the labels and annotations, such as <c>example.io</c>.</summary>
    public required string Domain { get; init; }

    /// <summary>
    /// The kind of the objects. Its schema allows any content below <c>data</c>; it has no status. Only this process may write it.
    /// </summary>
    public required ResourceType Type { get; init; }

    /// <summary>The kind's name.</summary>
    public required string Kind { get; init; }

    /// <summary>Field of <c>data</c> with the subject's name, for people.</summary>
    public required string SubjectField { get; init; }

    /// <summary>Prefix of the names of the objects.</summary>
    public required string Prefix { get; init; }

    /// <summary>
    /// Whether a part, by name, must survive the loss of the head. Such a part always has its own object, and a copy inside the head
    /// while it is small. Other small parts are only inside the head, so that a commit that changes only small parts is one write.
    /// Default: all parts survive.
    /// </summary>
    public Func<string, bool> OutlivesHead { get; init; } = _ => true;

    /// <summary>
    /// Whether a record with this claim is another's now. Such a record is neither swept nor retired. Default: none is.
    /// </summary>
    public Func<RecordClaim, bool> IsOthers { get; init; } = _ => false;

    /// <summary>Largest size of one part inside the head, compressed. Default 16 KiB.</summary>
    public int MaxInlineBytes { get; init; } = 16 * 1024;

    /// <summary>Largest copy inside the head of a part that also has its own object, compressed. Default 4 KiB.</summary>
    public int MaxInlineCopyBytes { get; init; } = 4 * 1024;

    /// <summary>Largest size of all parts inside the head together, compressed. Default 256 KiB.</summary>
    public int MaxInlineBytesTogether { get; init; } = 256 * 1024;

    /// <summary>
    /// Above this size of all parts inside the head together, compressed, parts that did not change in the last
    /// <see cref="QuietCommits"/> commits get their own object, the largest first: every commit writes the head. Default 16 KiB.
    /// </summary>
    public int UsualInlineBytes { get; init; } = 16 * 1024;

    /// <summary>Default 16.</summary>
    public int QuietCommits { get; init; } = 16;

    /// <summary>Largest size of one part, compressed. Default 512 KiB.</summary>
    public int MaxPartBytes { get; init; } = 512 * 1024;

    /// <summary>Largest size of the head: the parts inside it and about 120 bytes per other part. Default 768 KiB.</summary>
    public int MaxHeadBytes { get; init; } = 768 * 1024;

    /// <summary>A commit that takes longer than this before its last write of the head is abandoned. Default 1 min.</summary>
    public TimeSpan MaxCommitTime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// A part that the head does not list is deleted at this age. Must be longer than <see cref="MaxCommitTime"/>. Default 1 h.
    /// </summary>
    public TimeSpan OrphanAge { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a record is kept after its subject is gone. Default 30 days.</summary>
    public TimeSpan KeptWithoutSubject { get; init; } = TimeSpan.FromDays(30);
}
