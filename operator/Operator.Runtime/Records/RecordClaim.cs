namespace Operator.Runtime;

/// <summary>
/// Who committed a record, and until when others should leave it alone. The store only keeps it in the head; its users decide what
/// follows from it.
/// </summary>
public sealed record RecordClaim(string By, DateTimeOffset Until);
