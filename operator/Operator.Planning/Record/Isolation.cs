namespace Operator.Planning.Record;

/// <summary>A store that runs in groups of at most <see cref="Size"/> stores until it has ten clean occasions.</summary>
public sealed record Isolation
{
    public string Store { get; set; } = "";

    /// <summary>The isolation applies only to runs of this revision.</summary>
    public string Revision { get; set; } = "";
    public int Size { get; set; }

    /// <summary>Number of occasions in which a run reached the store.</summary>
    public int Clean { get; set; }

    /// <summary>The newest clean occasion. An occasion counts once, even when the store runs in it several times.</summary>
    public string? CleanOn { get; set; }
}
