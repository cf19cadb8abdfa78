using System.Collections.Immutable;
using System.Text.Json;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Rollouts;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>Gathers the rollouts of a connector, from the cache or live, and what its attempt's rollout is now.</summary>
internal sealed class RolloutGatherer(IKubeApi api, LiveReads live, ClusterCache cache, OwnStatuses own)
{
    /// <summary>The rollouts that name the connector.</summary>
    public async Task<NamedRollouts> NamingAsync(ObjectKey connector, bool isLive, CancellationToken ct) =>
        isLive
            ? await live.RolloutsAsync(connector, ct)
            : new NamedRollouts([.. cache.RolloutsOf(connector).Select(Newest)], await UnreadableAsync(connector, ct));

    /// <summary>
    /// The rollout in charge. <paramref name="rollouts"/> are those that may belong to the connector. The cache may be behind, so the
    /// rollout of an attempt counts as deleted only after a live read.
    /// </summary>
    public async Task<RolloutSight> InChargeAsync(
        ObjectKey connector,
        NamedRollouts rollouts,
        Attempt? attempt,
        CancellationToken ct
    )
    {
        bool IsOfAttempt(string uid) => uid == attempt?.RolloutUid;
        if (rollouts.Unreadable.FirstOrDefault(u => attempt is null || IsOfAttempt(u.Item.Uid)) is { } bad)
        {
            return new RolloutSight.Unusable(bad.Item.Name, bad.Item.Uid, bad.Why, Policy: null);
        }
        if (
            attempt is not null
            && !rollouts.Readable.Any(r => IsOfAttempt(r.Metadata.Uid))
            && await OfAttemptAsync(connector, attempt, ct) is { } sight
        )
        {
            return sight;
        }
        return rollouts.Readable.IsEmpty ? new RolloutSight.Missing() : Sight(rollouts.Readable[0]);
    }

    /// <summary>Null: a live read shows that the attempt's rollout is gone.</summary>
    private async Task<RolloutSight?> OfAttemptAsync(ObjectKey connector, Attempt attempt, CancellationToken ct)
    {
        try
        {
            var key = new ObjectKey(connector.Namespace, attempt.RolloutName);
            return await api.GetAsync(Kinds.Rollouts, key, ct) is { } rollout && rollout.Uid == attempt.RolloutUid
                ? Sight(rollout, connector)
                : null;
        }
        catch (Exception e) when (e.IsFailedCall())
        {
            return new RolloutSight.Unusable(
                attempt.RolloutName,
                attempt.RolloutUid,
                FailedCalls.Words(e),
                Policy: null
            );
        }
    }

    /// <summary>The rollout as our last status write left it, when the watch has not reported the write yet.</summary>
    private SyncRollout Newest(SyncRollout cached)
    {
        var metadata = cached.Metadata;
        return own.Newer(Kinds.Rollouts, Kinds.KeyOf(metadata), metadata.Uid, metadata.ResourceVersion) is { } written
            ? Projections.Rollout(written)
            : cached;
    }

    /// <summary>
    /// The namespace's undecodable rollouts that name this connector, as far as their connector name is readable. One that can't be read
    /// now is left out: nothing starts or widens without a live read of all of them, and an attempt's own one is asked for by its name.
    /// </summary>
    private async Task<ImmutableArray<UnreadableObject>> UnreadableAsync(ObjectKey connector, CancellationToken ct)
    {
        var found = ImmutableArray.CreateBuilder<UnreadableObject>();
        foreach (var (key, why) in cache.Rollouts.Undecodable.Where(u => u.Key.Namespace == connector.Namespace))
        {
            if (await TryReadAsync(key, ct) is { } item && Projections.ConnectorNameOf(item) == connector.Name)
            {
                found.Add(new UnreadableObject(item, why));
            }
        }
        return found.ToImmutable();
    }

    private async Task<KubeObject?> TryReadAsync(ObjectKey rollout, CancellationToken ct)
    {
        try
        {
            return await api.GetAsync(Kinds.Rollouts, rollout, ct);
        }
        catch (Exception e) when (e.IsFailedCall())
        {
            return null;
        }
    }

    /// <summary>The status of a rollout that names another connector now is written by that connector's reconcile, not by ours.</summary>
    private static RolloutSight Sight(KubeObject rollout, ObjectKey connector)
    {
        try
        {
            var policy = Projections.Rollout(rollout);
            return RolloutBinding.Problem(policy, connector.Name) is { } moved
                ? new RolloutSight.Unusable(rollout.Name, rollout.Uid, moved, Policy: null)
                : Sight(policy);
        }
        catch (JsonException e)
        {
            return new RolloutSight.Unusable(rollout.Name, rollout.Uid, e.Message, Policy: null);
        }
    }

    private static RolloutSight Sight(SyncRollout rollout)
    {
        var findings = RolloutRules.Check(rollout).RemoveAll(f => f.IsAdvice);
        return findings.IsEmpty
            ? new RolloutSight.Present(rollout)
            : new RolloutSight.Unusable(
                rollout.Metadata.Name,
                rollout.Metadata.Uid,
                string.Join("; ", findings.Select(f => f.ToString())),
                rollout
            );
    }
}
