namespace Operator.Runtime;

public sealed record RecordStoreOptions
{
    /// <summary>Domain of the labels and annotations, such as <c>example.io</c>.</summary>
    public required string Domain { get; init; }

    /// <summary>Beginning of the objects' names.</summary>
    public required string Prefix { get; init; }

    /// <summary>Of one part, compressed. Default 512 KiB.</summary>
    public int MaxPartBytes { get; init; } = 512 * 1024;

    /// <summary>Of the head, which lists the parts at some 120 bytes each. Default 768 KiB.</summary>
    public int MaxHeadBytes { get; init; } = 768 * 1024;

    /// <summary>A commit that takes longer from its first part to its head is abandoned. Default 1 min.</summary>
    public TimeSpan MaxCommitTime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A part that the head does not list is swept at this age. Must exceed <see cref="MaxCommitTime"/>. Default 1 h.</summary>
    public TimeSpan OrphanAge { get; init; } = TimeSpan.FromHours(1);
}
