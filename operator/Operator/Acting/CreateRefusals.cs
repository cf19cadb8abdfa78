using System.Collections.Concurrent;
using System.Collections.Immutable;
using Operator.Planning.Facts;
using Operator.Runtime;

namespace Operator.Acting;

/// <summary>
/// Refusals of the API server to create pods of a connector, for the connector's condition, until the server accepts a pod.
/// </summary>
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

    /// <summary>Forgets the refusals of all pods except <paramref name="pods"/>, which the record still waits for.</summary>
    public void Keep(ObjectKey connector, IEnumerable<string> pods)
    {
        if (_byConnector.TryGetValue(connector, out var refusals))
        {
            var kept = refusals.RemoveRange(refusals.Keys.Except(pods, StringComparer.Ordinal));
            _byConnector.TryUpdate(connector, kept.IsEmpty ? None : kept, refusals);
        }
    }

    /// <summary>Only the message shows the kind. Logs, metrics and the condition use it; no decision depends on it.</summary>
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
