namespace Operator.Planning.Record;

/// <summary>A store that runs in groups of at most <see cref="Size"/> until ten clean occasions.</summary>
public sealed record Isolation
{
    public string Store { get; set; } = "";

    /// <summary>It is this revision that is suspected; on another one the store runs with its neighbours.</summary>
    public string Revision { get; set; } = "";
    public int Size { get; set; }

    /// <summary>Occasions in which its runs reached it.</summary>
    public int Clean { get; set; }

    /// <summary>The newest of them: one occasion counts once, however often it runs.</summary>
    public string? CleanOn { get; set; }
}
