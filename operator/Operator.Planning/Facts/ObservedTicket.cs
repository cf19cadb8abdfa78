namespace Operator.Planning.Facts;

public sealed record ObservedTicket(string Name, string RecordId, int Attempt);
