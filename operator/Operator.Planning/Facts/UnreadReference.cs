namespace Operator.Planning.Facts;

/// <summary>
/// An object that the connector refers to and that can't be read now, so it is unknown whether it is there and what it says.
/// <paramref name="Why"/> has the API server's words.
/// </summary>
public sealed record UnreadReference(string Kind, string Name, string Why)
{
    /// <summary>The content that the spec asks for can't be formed without the object. Revisions that run do not need it.</summary>
    public bool IsContent { get; init; }

    public override string ToString() => $"{Kind} '{Name}' can't be read: {Why}";
}
