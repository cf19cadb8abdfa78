using System.Collections.Concurrent;
using Operator.Runtime;

namespace Operator.Acting;

/// <summary>What the API server said when it last refused to create a pod of a connector: for its condition, until one succeeds.</summary>
internal sealed class CreateRefusals
{
    private readonly ConcurrentDictionary<ObjectKey, string> _byConnector = new();

    public string? Of(ObjectKey connector) => _byConnector.GetValueOrDefault(connector);

    public void Refused(ObjectKey connector, string why) => _byConnector[connector] = why;

    public void Accepted(ObjectKey connector) => _byConnector.TryRemove(connector, out _);
}
