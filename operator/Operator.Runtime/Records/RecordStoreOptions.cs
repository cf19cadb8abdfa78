namespace Operator.Runtime;

public sealed record RecordStoreOptions
{
    /// <summary>Domain of the labels and annotations, such as <c>example.io</c>.</summary>
    public required string Domain { get; init; }

    /// <summary>Beginning of the objects' names.</summary>
    public required string Prefix { get; init; }

    /// <summary>
    /// Which parts, by name, must outlive a head that is lost: they are objects of their own, whatever their size. The others are
    /// kept inside the head while they are small, so that a commit that changes only such parts is one write. Default: all.
    /// </summary>
    public Func<string, bool> OutlivesHead { get; init; } = _ => true;

    /// <summary>Of one part inside the head, compressed. Default 16 KiB.</summary>
    public int MaxInlineBytes { get; init; } = 16 * 1024;

    /// <summary>Of all parts inside the head together, compressed. Default 256 KiB.</summary>
    public int MaxInlineBytesTogether { get; init; } = 256 * 1024;

    /// <summary>Of one part, compressed. Default 512 KiB.</summary>
    public int MaxPartBytes { get; init; } = 512 * 1024;

    /// <summary>Of the head, with the parts inside it and some 120 bytes for each other. Default 768 KiB.</summary>
    public int MaxHeadBytes { get; init; } = 768 * 1024;

    /// <summary>A commit that takes longer from its first part to its head is abandoned. Default 1 min.</summary>
    public TimeSpan MaxCommitTime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A part that the head does not list is swept at this age. Must exceed <see cref="MaxCommitTime"/>. Default 1 h.</summary>
    public TimeSpan OrphanAge { get; init; } = TimeSpan.FromHours(1);

    /// <summary>A record outlives its subject by this time. Default 30 days.</summary>
    public TimeSpan KeptWithoutSubject { get; init; } = TimeSpan.FromDays(30);
}
