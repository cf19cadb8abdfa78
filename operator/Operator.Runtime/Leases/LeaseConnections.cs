namespace Operator.Runtime;

/// <summary>
/// How a replica reaches its lease: <paramref name="Usual"/> to take and renew it, and <paramref name="Release"/> once, at the end. The
/// release needs a connection that nothing else uses: at a stop, the others are busy with work that is cut off, or broken.
/// </summary>
public sealed record LeaseConnections(IKubeApi Usual, IKubeApi Release);
