namespace Operator.Planning.Facts;

/// <summary>A store whose account another connector of the namespace has too, in a flow of the same name.</summary>
public sealed record AccountElsewhere(string Store, string Connector, string Flow);
