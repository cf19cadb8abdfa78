using System.Collections.Immutable;
using Operator.Acting;
using Operator.Api;
using Operator.Planning.Facts;
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

    /// <summary>Connector, rollouts and actions were read from the API server, not from the caches.</summary>
    public bool IsLive { get; init; }

    /// <summary>The connector's problems may disappear without a change of its spec.</summary>
    public bool MayHeal { get; init; }

    /// <summary>The rollout in charge of this connector among those that can be read; null: there is none.</summary>
    public SyncRollout? InCharge { get; init; }

    /// <summary>Rollouts that name this connector but belong to another one.</summary>
    public ImmutableArray<SyncRollout> MovedRollouts { get; init; } = [];

    /// <summary>Rollouts that name this connector and can't be read.</summary>
    public ImmutableArray<UnreadableObject> UnreadableRollouts { get; init; } = [];
}

/// <summary>An existing custom resource that can't be decoded, with the reason; only its own status reports it.</summary>
internal sealed record UnreadableObject(KubeObject Item, string Why);

/// <summary>What names a connector that does not exist.</summary>
internal sealed record Orphans(ImmutableArray<SyncRollout> Rollouts, ImmutableArray<SyncAction> Actions);

/// <summary>
/// Gathers the facts from the caches, and the record as the last commit left it; or all of them live. The commit's compare-and-swap
/// protects the record from a plan that was made of outdated facts; <see cref="Freshness"/> says when the caches may not be used.
/// </summary>
internal sealed class Gatherer(
    ClusterCache cache,
    LiveReads live,
    RecordGatherer records,
    RolloutGatherer rolloutsOf,
    PodConfirmation confirmation,
    SpecChecks checks,
    CreateRefusals refusals,
    OwnStatuses own,
    FailedWrites failures,
    Circumstances circumstances
)
{
    /// <summary>The cached connector; a live read when the cache does not have it or it can't be decoded.</summary>
    public async Task<ConnectorRead> ConnectorAsync(ObjectKey key, CancellationToken ct)
    {
        if (cache.Connectors.Find(key) is not { } cached)
        {
            return await live.ConnectorAsync(key, ct);
        }
        return new ConnectorRead.Found(
            own.Newer(Kinds.Connectors, key, cached.Uid, cached.ResourceVersion) is { } written
                ? Projections.Connector(written)
                : cached.Decode()
        );
    }

    /// <summary><paramref name="isLive"/>: the connector was read live, and rollouts, actions and record are read live, too.</summary>
    public async Task<Gathered> GatherAsync(MarketplaceConnector connector, bool isLive, CancellationToken ct)
    {
        var key = Kinds.KeyOf(connector.Metadata);
        var pods = cache.PodsOf(key);
        var (naming, unreadable) = await rolloutsOf.NamingAsync(key, isLive, ct);
        var rollouts = naming.RemoveAll(r => RolloutBinding.Problem(r, key.Name) is not null);
        var record = await records.ReadAsync(connector, Witnesses.Of(connector, rollouts, pods), isLive, ct);
        var known = (record.Sight as RecordSight.Found)?.Record;
        var references = await checks.ReferencesAsync(connector, known, ct);
        var findings = checks.Findings(connector, references, known);
        var shared = cache.SecretsSharedBy(connector);
        var named = new NamedRollouts(rollouts, unreadable);
        var seen = circumstances.Begin(key, record.Claim) with
        {
            Connector = connector,
            ConnectorFindings = [.. findings.Whole, .. SecretSharing.Problems(connector, shared)],
            Wrong = findings.Parts,
            SharedSecrets = shared,
            AccountsElsewhere = cache.AccountsElsewhere(connector),
            UnknownFields = UnknownFields.InLastApplied(connector.Metadata.Annotations, ApiGroup.ConnectorKind),
            Rollout = await rolloutsOf.InChargeAsync(key, named, known?.RunningAttempt, ct),
            OtherRollouts = [.. rollouts.Skip(1)],
            Record = record.Sight,
            Actions = isLive ? await live.ActionsAsync(key, ct) : cache.ActionsOf(key),
            Pods = pods,
            ConfigMapValues = references.Values,
            UnreadReferences = references.Unread,
            StoreLists = cache.StoreListsOf(connector),
            Refusals = refusals.Of(key),
            UnansweredCreates = refusals.UnansweredOf(key),
            RefusedWrites = failures.RefusedOf(key),
        };
        return new Gathered
        {
            Seen = cache.Finished.AddTo(await confirmation.ConfirmAsync(key, seen, ct)),
            Basis = record.Basis,
            Parts = record.Parts,
            IsLive = isLive,
            MayHeal = findings.MayHeal,
            InCharge = rollouts.FirstOrDefault(),
            MovedRollouts = [.. naming.Except(rollouts)],
            UnreadableRollouts = unreadable,
        };
    }

    /// <summary>
    /// The rollouts and actions that name a connector which does not exist. <paramref name="isLive"/>: read live, if that succeeds.
    /// </summary>
    public async Task<Orphans> OrphansAsync(ObjectKey connector, bool isLive, CancellationToken ct)
    {
        try
        {
            if (isLive)
            {
                var rollouts = await live.RolloutsAsync(connector, ct);
                return new Orphans(rollouts.Readable, await live.ActionsAsync(connector, ct));
            }
        }
        catch (Exception e) when (e.IsFailedCall())
        {
            // The statuses are then written on what the cache has; a write that is outdated fails and is repeated.
        }
        return new Orphans(cache.RolloutsOf(connector), cache.ActionsOf(connector));
    }
}
