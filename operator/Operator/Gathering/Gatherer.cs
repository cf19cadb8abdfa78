using System.Collections.Immutable;
using System.Text.Json;
using Operator.Acting;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Rollouts;
using Operator.Planning.Runs;
using Operator.Planning.Stores;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>The input of one reconcile: the observation, and the values that the commit and the statuses need.</summary>
internal sealed record Gathered
{
    public required Observation Seen { get; init; }
    public required CommitBasis Basis { get; init; }

    /// <summary>The currently committed parts; empty when there is no record.</summary>
    public required ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> Parts { get; init; }

    /// <summary>The connector's problems may disappear without a change of its spec.</summary>
    public bool MayHeal { get; init; }

    /// <summary>Rollouts that name this connector but are not used, because another rollout is older.</summary>
    public ImmutableArray<SyncRollout> OtherRollouts { get; init; } = [];

    /// <summary>Rollouts that name this connector but belong to another one.</summary>
    public ImmutableArray<SyncRollout> MovedRollouts { get; init; } = [];

    /// <summary>Rollouts that name this connector and can't be read.</summary>
    public ImmutableArray<UnreadableObject> UnreadableRollouts { get; init; } = [];
}

/// <summary>An existing custom resource that can't be decoded, with the reason; only its own status reports it.</summary>
internal sealed record UnreadableObject(KubeObject Item, string Why);

/// <summary>The result of a live read of a connector.</summary>
internal abstract record ConnectorRead
{
    private ConnectorRead() { }

    public sealed record Missing : ConnectorRead;

    public sealed record Unreadable(UnreadableObject Object) : ConnectorRead;

    public sealed record Found(MarketplaceConnector Connector) : ConnectorRead;
}

/// <summary>
/// Gathers the facts from the caches, and the record as the last commit left it. The commit's compare-and-swap makes an outdated fact
/// harmless; only a plan that starts, widens or promotes must come from a live read of connector, rollout and actions.
/// </summary>
internal sealed class Gatherer(
    IKubeApi api,
    ClusterCache cache,
    RecordGatherer records,
    SpecChecks checks,
    CreateRefusals refusals,
    OwnStatuses own,
    FailedWrites failures,
    Randomness random,
    TimeProvider time
)
{
    private const int ActionsAPage = 500;
    private static readonly TimeSpan MostSkew = TimeSpan.FromSeconds(5);
    private readonly PlanningStart _start = new();

    /// <summary>The cached connector; a live read when the cache does not have it or it can't be decoded.</summary>
    public async Task<ConnectorRead> ConnectorAsync(ObjectKey key, CancellationToken ct)
    {
        if (cache.Connectors.Find(key) is not { } cached)
        {
            return await ReadConnectorAsync(key, ct);
        }
        return new ConnectorRead.Found(
            own.Newer(Kinds.Connectors, key, cached.Uid, cached.ResourceVersion) is { } written
                ? Projections.Connector(written)
                : cached.Decode()
        );
    }

    public async Task<ConnectorRead> ReadConnectorAsync(ObjectKey key, CancellationToken ct)
    {
        if (await api.GetAsync(Kinds.Connectors, key, ct) is not { } item)
        {
            return new ConnectorRead.Missing();
        }
        try
        {
            return new ConnectorRead.Found(Projections.Connector(item));
        }
        catch (JsonException e)
        {
            return new ConnectorRead.Unreadable(new UnreadableObject(item, e.Message));
        }
    }

    /// <summary><paramref name="isLive"/>: reads rollout, actions and record live, too.</summary>
    public async Task<Gathered> GatherAsync(MarketplaceConnector connector, bool isLive, CancellationToken ct)
    {
        var key = Kinds.KeyOf(connector.Metadata);
        var pods = cache.PodsOf(key);
        ImmutableArray<SyncRollout> naming = [.. cache.RolloutsOf(key).Select(Newest)];
        var rollouts = naming.RemoveAll(r => RolloutBinding.Problem(r, key.Name) is not null);
        var unreadable = await UnreadableRolloutsAsync(key, ct);
        var record = await records.ReadAsync(key, Witnesses.Of(connector, rollouts, pods), isLive, ct);
        var known = (record.Sight as RecordSight.Found)?.Record;
        var configMaps = await checks.ConfigMapsAsync(connector, ct);
        var findings = await checks.FindingsAsync(connector, known, configMaps, ct);
        var shared = cache.SecretsSharedBy(connector);
        var seen = new Observation
        {
            Now = time.GetUtcNow(),
            Connector = connector,
            ConnectorFindings = [.. findings.All, .. SecretSharing.Problems(connector, shared)],
            SharedSecrets = shared,
            UnknownFields = UnknownFields.InLastApplied(connector.Metadata.Annotations, ApiGroup.ConnectorKind),
            Rollout = await RolloutAsync(key, new RolloutsOf(rollouts, unreadable, known?.RunningAttempt, isLive), ct),
            Record = record.Sight,
            Actions = isLive ? await ReadActionsAsync(key, ct) : cache.ActionsOf(key),
            Pods = pods,
            ConfigMapValues = configMaps.Values,
            StoreLists = cache.StoreListsOf(connector),
            Refusals = refusals.Of(key),
            UnansweredCreates = refusals.UnansweredOf(key),
            RefusedWrites = failures.RefusedOf(key),
            IsClockSkewed = IsSkewed(),
            PlanningSince = _start.Since(time.GetUtcNow()),
            Salt = random.Number(),
        };
        return new Gathered
        {
            Seen = cache.Finished.AddTo(seen with { Pods = await WithUnseenPodsAsync(key, record.Sight, seen, ct) }),
            Basis = record.Basis,
            Parts = record.Parts,
            MayHeal = findings.MayHeal,
            OtherRollouts = [.. rollouts.Skip(1)],
            MovedRollouts = [.. naming.Except(rollouts)],
            UnreadableRollouts = unreadable,
        };
    }

    /// <summary>Also true when our clock jumped since the server's last answer.</summary>
    private bool IsSkewed() => api.Clock is { } clock && clock.SkewNow(time).Duration() > MostSkew;

    /// <summary>The cache may be behind, so a pod counts as never created, or as overdue, only after a live read.</summary>
    private async Task<ImmutableArray<ObservedPod>> WithUnseenPodsAsync(
        ObjectKey connector,
        RecordSight record,
        Observation seen,
        CancellationToken ct
    )
    {
        if (record is not RecordSight.Found found)
        {
            return seen.Pods;
        }
        var pods = seen.Pods;
        foreach (var name in AwaitedPods.Unseen(connector.Name, found.Record, seen))
        {
            if (await api.GetAsync(CoreTypes.Pods, new ObjectKey(connector.Namespace, name), ct) is { } pod)
            {
                cache.Show(connector, pod);
                pods = pods.Add(PodProjection.Of(pod).Pod);
            }
        }
        foreach (var name in OverduePods.Names(found.Record, seen))
        {
            if (await api.GetAsync(CoreTypes.Pods, new ObjectKey(connector.Namespace, name), ct) is { } pod)
            {
                var now = PodProjection.Of(pod).Pod;
                pods = [.. pods.Select(p => p.Name == name && p.Uid == now.Uid ? now : p)];
            }
        }
        return pods;
    }

    /// <summary>The rollout as our last status write left it, when the watch has not reported the write yet.</summary>
    private SyncRollout Newest(SyncRollout cached)
    {
        var metadata = cached.Metadata;
        return own.Newer(Kinds.Rollouts, Kinds.KeyOf(metadata), metadata.Uid, metadata.ResourceVersion) is { } written
            ? Projections.Rollout(written)
            : cached;
    }

    /// <summary>The actions that name the connector. One that can't be decoded is told by the cache.</summary>
    private async Task<ImmutableArray<SyncAction>> ReadActionsAsync(ObjectKey connector, CancellationToken ct)
    {
        var actions = ImmutableArray.CreateBuilder<SyncAction>();
        string? next = null;
        do
        {
            var query = new ListOptions { Limit = ActionsAPage, Continue = next };
            var page = await api.ListAsync(Kinds.Actions, connector.Namespace, query, ct);
            actions.AddRange(
                page.Items.Select(i => Projections.TryAction(new KubeObject(i)))
                    .OfType<SyncAction>()
                    .Where(a => ActionsByConnector.TargetOf(a) == connector)
            );
            next = page.Continue;
        } while (next is not null);
        return actions.ToImmutable();
    }

    /// <summary>
    /// The rollouts that name the connector, oldest first, and the attempt that may belong to one of them. <paramref name="IsLive"/>: the
    /// rollout must be read live.
    /// </summary>
    private sealed record RolloutsOf(
        ImmutableArray<SyncRollout> Readable,
        ImmutableArray<UnreadableObject> Unreadable,
        Attempt? Attempt,
        bool IsLive
    );

    /// <summary>The namespace's undecodable rollouts that name this connector, as far as their connector name is readable.</summary>
    private async Task<ImmutableArray<UnreadableObject>> UnreadableRolloutsAsync(
        ObjectKey connector,
        CancellationToken ct
    )
    {
        var found = ImmutableArray.CreateBuilder<UnreadableObject>();
        foreach (var (key, why) in cache.Rollouts.Undecodable.Where(u => u.Key.Namespace == connector.Namespace))
        {
            if (
                await api.GetAsync(Kinds.Rollouts, key, ct) is { } item
                && Projections.ConnectorNameOf(item) == connector.Name
            )
            {
                found.Add(new UnreadableObject(item, why));
            }
        }
        return found.ToImmutable();
    }

    /// <summary>
    /// The cache may be behind, so the rollout of an attempt counts as deleted only after a live read.
    /// </summary>
    private async Task<RolloutSight> RolloutAsync(ObjectKey connector, RolloutsOf rollouts, CancellationToken ct)
    {
        var attempt = rollouts.Attempt;
        bool IsOfAttempt(string uid) => uid == attempt?.RolloutUid;
        if (rollouts.Unreadable.FirstOrDefault(u => attempt is null || IsOfAttempt(u.Item.Uid)) is { } bad)
        {
            return new RolloutSight.Unusable(bad.Item.Name, bad.Item.Uid, bad.Why, Policy: null);
        }
        if (attempt is not null && !rollouts.Readable.Any(r => IsOfAttempt(r.Metadata.Uid)))
        {
            var live = await api.GetAsync(Kinds.Rollouts, new ObjectKey(connector.Namespace, attempt.RolloutName), ct);
            if (live is not null && IsOfAttempt(live.Uid))
            {
                return Sight(live, connector);
            }
        }
        if (rollouts.Readable.IsEmpty)
        {
            return new RolloutSight.Missing();
        }
        var inCharge = rollouts.Readable[0];
        return !rollouts.IsLive ? Sight(inCharge)
            : await api.GetAsync(Kinds.Rollouts, Kinds.KeyOf(inCharge.Metadata), ct) is { } current
                ? Sight(current, connector)
            : new RolloutSight.Missing();
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
        var findings = RolloutRules.Check(rollout);
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
