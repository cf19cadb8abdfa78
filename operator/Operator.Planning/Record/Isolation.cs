namespace Operator.Planning.Record;

/// <summary>A store that runs in groups of at most <see cref="Size"/> stores. Each clean occasion doubles the size.</summary>
public sealed record Isolation
{
    public string Store { get; set; } = "";

    /// <summary>The isolation applies only to runs of this revision.</summary>
    public string Revision { get; set; } = "";
    public int Size { get; set; }
}
