namespace Operator.Planning.Record.Encoding;

/// <summary>
/// The books of a lost record that survived without its head; null: none of its parts did. A running attempt has no
/// <see cref="Attempt.Order"/>.
/// </summary>
public sealed record SalvagedBooks(RevisionBook? Revisions, AttemptBook? Attempts, ActionBook? Actions);
