using System.Collections.Immutable;
using System.Text.Json;
using Operator.Acting;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Record.Encoding;
using Operator.Planning.Rollouts;
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
/// Gathers the facts. It reads connector and record live, pods from the cache, and the rollout from the cache while no candidate
/// spreads.
/// </summary>
internal sealed class Gatherer(
    IKubeApi api,
    ClusterCache cache,
    RecordStore records,
    DecodedRecords decodedRecords,
    SpecChecks checks,
    CreateRefusals refusals,
    OperatorOptions options,
    Randomness random,
    TimeProvider time
)
{
    private static readonly TimeSpan MostSkew = TimeSpan.FromSeconds(5);
    private static readonly ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> NoParts = ImmutableSortedDictionary<
        string,
        ReadOnlyMemory<byte>
    >.Empty;

    public async Task<ConnectorRead> ConnectorAsync(ObjectKey key, CancellationToken ct)
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

    public async Task<Gathered> GatherAsync(MarketplaceConnector connector, CancellationToken ct)
    {
        var key = Kinds.KeyOf(connector.Metadata);
        var (begunAt, begun) = (time.GetUtcNow(), time.GetTimestamp());
        var pods = cache.PodsOf(key);
        var rollouts = cache.RolloutsOf(key);
        var witness = Witness(connector, rollouts, pods);
        var unreadable = await UnreadableRolloutsAsync(key, ct);
        var record = await ReadRecordAsync(key, witness, ct);
        var hashes = await checks.ConfigMapHashesAsync(connector, ct);
        var findings = await checks.FindingsAsync(connector, (record.Sight as RecordSight.Found)?.Record, hashes, ct);
        var shared = cache.SecretsSharedBy(connector);
        var spread = Spread.Of(record.Sight, connector.Spec, hashes, time.GetUtcNow());
        var seen = new Observation
        {
            Now = time.GetUtcNow(),
            Connector = connector,
            ConnectorFindings = [.. findings.All, .. SecretSharing.Problems(connector, shared)],
            SharedSecrets = shared,
            UnknownFields = UnknownFields.InLastApplied(connector.Metadata.Annotations, ApiGroup.ConnectorKind),
            Rollout = await RolloutAsync(key, new RolloutsOf(rollouts, unreadable), spread, ct),
            Record = record.Sight,
            Actions = cache.ActionsOf(key),
            Pods = pods,
            Tickets = cache.TicketsOf(key),
            ConfigMapHashes = hashes,
            StoreLists = cache.StoreListsOf(connector),
            Refusals = refusals.Of(key),
            IsClockSkewed = IsSkewed() || HasJumped(begunAt, begun),
            IsAtFinishedPodsCap = cache.FinishedPods >= options.FinishedPodsCap,
            Salt = random.Number(),
        };
        return new Gathered
        {
            Seen = seen with { Pods = await WithUnseenPodsAsync(key, record.Sight, seen, ct) },
            Basis = record.Basis,
            Parts = record.Parts,
            MayHeal = findings.MayHeal,
            OtherRollouts = [.. rollouts.Skip(1)],
            UnreadableRollouts = unreadable,
        };
    }

    private bool IsSkewed() => api.Clock is { } clock && clock.Skew.Duration() > MostSkew;

    /// <summary>The wall clock jumped during this reconcile; the server's last answer may not show it yet.</summary>
    private bool HasJumped(DateTimeOffset begunAt, long begun) =>
        (time.GetUtcNow() - begunAt - time.GetElapsedTime(begun)).Duration() > MostSkew;

    /// <summary>The cache may be behind, so a pod counts as never created only after a live read.</summary>
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
        return pods;
    }

    private async Task<RecordFacts> ReadRecordAsync(ObjectKey key, long witness, CancellationToken ct)
    {
        switch (await records.ReadAsync(key, witness, ct))
        {
            case RecordRead.Found(var record):
                return await DecodeAsync(key, record, witness, ct);
            case RecordRead.Lost lost:
                return RecordFacts.Lost(lost, witness, random.Id(), time.GetUtcNow());
            default:
                return RecordFacts.Fresh(random.Id(), time.GetUtcNow());
        }
    }

    private async Task<RecordFacts> DecodeAsync(ObjectKey key, StoredRecord record, long witness, CancellationToken ct)
    {
        try
        {
            return RecordFacts.Found(record, decodedRecords.Decode(key, record));
        }
        catch (DamagedRecordException e)
        {
            var lost = await records.DisownAsync(key, record, $"can't be used: {e.Message}", ct);
            return RecordFacts.Lost(lost, witness, random.Id(), time.GetUtcNow());
        }
    }

    /// <summary>
    /// The highest record counter in existing objects. Deleted pods do not count: only this process knows them, and if the namespace
    /// was deleted and created again, their record was deleted too.
    /// </summary>
    private static long Witness(
        MarketplaceConnector connector,
        ImmutableArray<SyncRollout> rollouts,
        ImmutableArray<ObservedPod> pods
    ) =>
        pods.Where(p => !p.IsGone)
            .Select(p => p.Counter)
            .Concat(rollouts.Select(r => r.Status.RecordCounter))
            .Append(connector.Status.RecordCounter)
            .Max();

    private sealed record RolloutsOf(ImmutableArray<SyncRollout> Readable, ImmutableArray<UnreadableObject> Unreadable);

    /// <summary>The namespace's undecodable rollouts that name this connector, as far as their connector name is readable.</summary>
    private async Task<ImmutableArray<UnreadableObject>> UnreadableRolloutsAsync(
        ObjectKey connector,
        CancellationToken ct
    )
    {
        var found = ImmutableArray.CreateBuilder<UnreadableObject>();
        foreach (var (key, why) in cache.Rollouts.Undecodable.Where(u => IsIn(u.Key, connector.Namespace)))
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

    private static bool IsIn(ObjectKey key, string ns) => key.Namespace == ns;

    /// <summary>
    /// The cache may be behind. So the rollout is read live before a candidate spreads, and before the rollout of an attempt counts
    /// as deleted. While no candidate spreads, the cached rollout is enough.
    /// </summary>
    private async Task<RolloutSight> RolloutAsync(
        ObjectKey connector,
        RolloutsOf rollouts,
        Spread spread,
        CancellationToken ct
    )
    {
        bool IsOfAttempt(string uid) => uid == spread.Attempt?.RolloutUid;
        if (rollouts.Unreadable.FirstOrDefault(u => spread.Attempt is null || IsOfAttempt(u.Item.Uid)) is { } bad)
        {
            return new RolloutSight.Unusable(bad.Item.Name, bad.Item.Uid, bad.Why, Policy: null);
        }
        if (spread.Attempt is { } attempt && !rollouts.Readable.Any(r => IsOfAttempt(r.Metadata.Uid)))
        {
            var live = await api.GetAsync(Kinds.Rollouts, new ObjectKey(connector.Namespace, attempt.RolloutName), ct);
            if (live is not null && IsOfAttempt(live.Uid))
            {
                return Sight(live);
            }
        }
        if (rollouts.Readable.IsEmpty)
        {
            return new RolloutSight.Missing();
        }
        var inCharge = rollouts.Readable[0];
        return !spread.IsUnderWay ? Sight(inCharge)
            : await api.GetAsync(Kinds.Rollouts, Kinds.KeyOf(inCharge.Metadata), ct) is { } current ? Sight(current)
            : new RolloutSight.Missing();
    }

    /// <summary>Whether a candidate spreads or could start to spread now.</summary>
    private sealed record Spread(Attempt? Attempt, bool IsUnderWay)
    {
        public static Spread Of(
            RecordSight sight,
            ConnectorSpec spec,
            ImmutableSortedDictionary<string, string?> hashes,
            DateTimeOffset now
        )
        {
            if (sight is not RecordSight.Found { Record: var record })
            {
                return new Spread(null, IsUnderWay: true);
            }
            var desired = RevisionContent.Of(spec, hashes, now).Hash;
            var isStable = desired == record.Revisions.StableHash;
            return new Spread(record.RunningAttempt, record.RunningAttempt is not null || !isStable);
        }
    }

    private static RolloutSight Sight(KubeObject rollout)
    {
        try
        {
            return Sight(Projections.Rollout(rollout));
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
