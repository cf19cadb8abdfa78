namespace Operator.Planning.Facts;

/// <summary>
/// A write for the connector, other than the creation of a pod, that the API server refused in the last pass.
/// <paramref name="What"/> names it, such as <c>delete pod x</c>; <paramref name="Message"/> is the server's.
/// </summary>
public sealed record RefusedWrite(string What, string Message);
