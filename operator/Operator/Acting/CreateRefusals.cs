using System.Collections.Concurrent;
using System.Collections.Immutable;
using Operator.Planning.Facts;
using Operator.Runtime;

namespace Operator.Acting;

/// <summary>
/// Refusals of the API server to create pods of a connector, for the connector's condition, each until the server accepts that pod
/// or the record no longer waits for it; and the creates that got no answer. Safe for concurrent use.
/// </summary>
internal sealed class CreateRefusals
{
    private static readonly ImmutableSortedDictionary<string, CreateRefusal> None = ImmutableSortedDictionary.Create<
        string,
        CreateRefusal
    >(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ObjectKey, ImmutableSortedDictionary<string, CreateRefusal>> _byConnector =
        new();

    /// <summary>Longer than any request under way can take to arrive.</summary>
    private static readonly TimeSpan UnansweredKept = TimeSpan.FromMinutes(5);
    private static readonly ImmutableSortedDictionary<string, DateTimeOffset> AllAnswered =
        ImmutableSortedDictionary.Create<string, DateTimeOffset>(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ObjectKey, ImmutableSortedDictionary<string, DateTimeOffset>> _unanswered =
        new();

    public ImmutableSortedDictionary<string, CreateRefusal> Of(ObjectKey connector) =>
        _byConnector.GetValueOrDefault(connector, None);

    public CreateRefusal Refused(ObjectKey connector, string pod, KubeApiException error)
    {
        var refusal = CreateRefusal.Of(pod, error.Message, error.IsWebhookFailure);
        _byConnector.AddOrUpdate(connector, None.Add(pod, refusal), (_, refusals) => refusals.SetItem(pod, refusal));
        return refusal;
    }

    /// <summary>The other pods were not tried, because this one was refused: so the words of its refusal are theirs.</summary>
    public void RefusedAlike(ObjectKey connector, string pod, IEnumerable<string> others)
    {
        if (Of(connector).TryGetValue(pod, out var refusal))
        {
            Change(
                connector,
                refusals =>
                    refusals.SetItems(
                        others.Where(refusals.ContainsKey).Select(other => KeyValuePair.Create(other, refusal))
                    )
            );
        }
    }

    public void Accepted(ObjectKey connector, string pod)
    {
        if (Of(connector).ContainsKey(pod))
        {
            Change(connector, refusals => refusals.Remove(pod));
        }
    }

    /// <summary>Pods whose creation got no answer, with the instant at which the newest request was given up.</summary>
    public ImmutableSortedDictionary<string, DateTimeOffset> UnansweredOf(ObjectKey connector) =>
        _unanswered.GetValueOrDefault(connector, AllAnswered);

    public void Unanswered(ObjectKey connector, string pod, DateTimeOffset at) =>
        _unanswered.AddOrUpdate(
            connector,
            AllAnswered.Add(pod, at),
            (_, pods) =>
                pods.RemoveRange(pods.Where(p => at - p.Value > UnansweredKept).Select(p => p.Key)).SetItem(pod, at)
        );

    /// <summary>The connector is gone.</summary>
    public void Forget(ObjectKey connector)
    {
        _byConnector.TryRemove(connector, out _);
        _unanswered.TryRemove(connector, out _);
    }

    /// <summary>Forgets the refusals of all pods except <paramref name="pods"/>, which the record still waits for.</summary>
    public void Keep(ObjectKey connector, IEnumerable<string> pods)
    {
        if (!Of(connector).IsEmpty)
        {
            var kept = pods.ToHashSet(StringComparer.Ordinal);
            Change(connector, refusals => refusals.RemoveRange(refusals.Keys.Where(p => !kept.Contains(p))));
        }
    }

    /// <summary>Applies the change; a connector without refusals has no entry.</summary>
    private void Change(
        ObjectKey connector,
        Func<ImmutableSortedDictionary<string, CreateRefusal>, ImmutableSortedDictionary<string, CreateRefusal>> change
    )
    {
        var left = _byConnector.AddOrUpdate(connector, None, (_, refusals) => change(refusals));
        if (left.IsEmpty)
        {
            // Removes the entry only if it is still empty: another task may have added a refusal.
            _byConnector.TryRemove(KeyValuePair.Create(connector, left));
        }
    }
}
