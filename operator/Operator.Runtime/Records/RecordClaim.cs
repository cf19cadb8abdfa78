namespace Operator.Runtime;

/// <summary>
/// Who committed a record, and until when others should leave it alone. The store only keeps it in the head; its users decide what
/// follows from it.
/// </summary>
/// <param name="By">Who committed.</param>
/// <param name="Until">Until when others should leave it alone.</param>
public sealed record RecordClaim(string By, DateTimeOffset Until)
{
    /// <summary>From whom the committer takes records over at once; null: from nobody.</summary>
    public string? Over { get; init; }
}
