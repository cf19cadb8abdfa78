using System.Collections.Concurrent;
using System.Collections.Immutable;
using Operator.Planning.Facts;
using Operator.Runtime;

namespace Operator.Acting;

/// <summary>What the API server said when it refused to create pods of a connector: for its condition, until one is taken.</summary>
internal sealed class CreateRefusals
{
    private static readonly ImmutableSortedDictionary<string, CreateRefusal> None = ImmutableSortedDictionary.Create<
        string,
        CreateRefusal
    >(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ObjectKey, ImmutableSortedDictionary<string, CreateRefusal>> _byConnector =
        new();

    public ImmutableSortedDictionary<string, CreateRefusal> Of(ObjectKey connector) =>
        _byConnector.GetValueOrDefault(connector, None);

    public CreateRefusal Refused(ObjectKey connector, string pod, KubeApiException error)
    {
        var refusal = new CreateRefusal(KindOf(error), error.Message);
        _byConnector.AddOrUpdate(connector, None.Add(pod, refusal), (_, refusals) => refusals.SetItem(pod, refusal));
        return refusal;
    }

    public void Accepted(ObjectKey connector) => _byConnector.TryRemove(connector, out _);

    /// <summary>Forgets pods that nobody waits for any more; the newest refusal stays, for the condition.</summary>
    public void Keep(ObjectKey connector, IEnumerable<string> pods)
    {
        if (_byConnector.TryGetValue(connector, out var refusals))
        {
            var kept = refusals.RemoveRange(refusals.Keys.Except(pods, StringComparer.Ordinal));
            _byConnector.TryUpdate(connector, kept.IsEmpty ? None : kept, refusals);
        }
    }

    /// <summary>The server tells them apart by its message only. It is a label: nothing that is done depends on it.</summary>
    private static RefusalKind KindOf(KubeApiException error) =>
        error.Message.Contains("exceeded quota", StringComparison.Ordinal)
        || error.Message.Contains("usage per", StringComparison.Ordinal)
            ? RefusalKind.Quota
        : error.IsWebhookFailure
        || error.Message.Contains("admission webhook", StringComparison.Ordinal)
        || error.Message.Contains("violates PodSecurity", StringComparison.Ordinal)
        || error.Message.Contains("ValidatingAdmissionPolicy", StringComparison.Ordinal)
            ? RefusalKind.Admission
        : RefusalKind.Other;
}
