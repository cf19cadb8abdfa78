using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Record;

namespace Operator.Planning.Facts;

/// <summary>The complete input of a plan. The same observation always gives the same plan.</summary>
public sealed record Observation
{
    public DateTimeOffset Now { get; init; }
    public MarketplaceConnector Connector { get; init; } = new();

    /// <summary>The validator's errors in the connector as a whole. With any error no run is planned.</summary>
    public ImmutableArray<string> ConnectorFindings { get; init; } = [];

    /// <summary>The wrong parts of a spec that is right as a whole.</summary>
    public WrongParts Wrong { get; init; } = WrongParts.None;

    /// <summary>Secrets that this connector shares with another connector, when exactly one of the two is Production.</summary>
    public ImmutableArray<SharedSecret> SharedSecrets { get; init; } = [];

    /// <summary>Accounts of this connector that others of the namespace name, too.</summary>
    public ImmutableArray<AccountElsewhere> AccountsElsewhere { get; init; } = [];

    /// <summary>Fields of the last applied manifest that the CRD does not have. The cluster dropped them silently.</summary>
    public ImmutableArray<string> UnknownFields { get; init; } = [];
    public RolloutSight Rollout { get; init; } = new RolloutSight.Missing();
    public RecordSight Record { get; init; } = new RecordSight.Fresh("", DateTimeOffset.UnixEpoch);

    /// <summary>Actions that name the connector.</summary>
    public ImmutableArray<SyncAction> Actions { get; init; } = [];

    /// <summary>Pods with the connector's label, and pods that disappeared since the last fold, with their last state.</summary>
    public ImmutableArray<ObservedPod> Pods { get; init; } = [];

    /// <summary>
    /// Names of pods that a live read should have confirmed before they count as never created or overdue, but that could not be read.
    /// Their runs stay as they are.
    /// </summary>
    public ImmutableHashSet<string> UnconfirmedPods { get; init; } =
        ImmutableHashSet.Create<string>(StringComparer.Ordinal);

    /// <summary>The values of the ConfigMap keys that the spec's env refers to, by <c>name/key</c>; null for a missing key.</summary>
    public ImmutableSortedDictionary<string, string?> ConfigMapValues { get; init; } =
        ImmutableSortedDictionary.Create<string, string?>(StringComparer.Ordinal);

    /// <summary>Objects that the spec or a revision refers to and that can't be read now.</summary>
    public ImmutableArray<UnreadReference> UnreadReferences { get; init; } = [];

    /// <summary>The content that the spec asks for. Computed once for a spec and its values.</summary>
    internal DesiredContent Desired
    {
        get
        {
            var isKnown =
                _desired is { } last
                && ReferenceEquals(last.Spec, Connector.Spec)
                && ReferenceEquals(last.Values, ConfigMapValues)
                && last.Unread == UnreadReferences
                && ReferenceEquals(last.Wrong, Wrong);
            if (!isKnown)
            {
                _desired = new Formation(
                    Connector.Spec,
                    ConfigMapValues,
                    UnreadReferences,
                    Wrong,
                    WrongContent ?? Unreadable ?? RevisionContent.Of(Connector.Spec, ConfigMapValues, Now)
                );
            }
            return _desired!.Content; // set above
        }
    }

    private Formation? _desired;

    private sealed record Formation(
        ConnectorSpec Spec,
        ImmutableSortedDictionary<string, string?> Values,
        ImmutableArray<UnreadReference> Unread,
        WrongParts Wrong,
        DesiredContent Content
    );

    private DesiredContent? WrongContent =>
        Wrong.Content is { } problem ? new DesiredContent.Unformed(IsMissing: false, problem) : null;

    private DesiredContent? Unreadable =>
        UnreadReferences.FirstOrDefault(r => r.IsContent) is { } unread
            ? new DesiredContent.Unformed(IsMissing: true, unread.ToString()) { IsUnread = true }
            : null;

    /// <summary>The lists that <c>spec.storesFrom</c> names, in the spec's order.</summary>
    public ImmutableArray<StoreListSight> StoreLists { get; init; } = [];

    /// <summary>Refused pod creations of this connector, by pod name, each until the API server accepts that pod.</summary>
    public ImmutableSortedDictionary<string, CreateRefusal> Refusals { get; init; } =
        ImmutableSortedDictionary.Create<string, CreateRefusal>(StringComparer.Ordinal);

    /// <summary>
    /// Pods whose creation got no answer, with the instant at which this process gave up the newest request. It may still arrive.
    /// </summary>
    public ImmutableSortedDictionary<string, DateTimeOffset> UnansweredCreates { get; init; } =
        ImmutableSortedDictionary.Create<string, DateTimeOffset>(StringComparer.Ordinal);

    /// <summary>Other writes for this connector that the API server refused in the last pass, by name.</summary>
    public ImmutableArray<RefusedWrite> RefusedWrites { get; init; } = [];

    /// <summary>
    /// The API server's words when it refused to write the record in this pass. Then nothing new is planned, because only a committed
    /// plan may be executed. Null: no refusal.
    /// </summary>
    public string? CommitRefusal { get; init; }

    /// <summary>The connector has a deletionTimestamp, and finalizers of others keep it. It can't come back.</summary>
    public bool IsBeingDeleted => Connector.Metadata.DeletionTimestamp is not null;

    /// <summary>Other rollouts that name the connector. They are not followed.</summary>
    public ImmutableArray<SyncRollout> OtherRollouts { get; init; } = [];

    /// <summary>
    /// Why connector, rollout, actions or record could not be read live, in the API server's words. The caches may be behind, so nothing starts,
    /// widens or is promoted; the rest goes on. Null: they were read live, or need not be.
    /// </summary>
    public string? LiveReadFailure { get; init; }

    /// <summary>The operator's clock and the API server's clock differ by more than 5 s, or the operator's clock jumped by more than 5 s.</summary>
    public bool IsClockSkewed { get; init; }

    /// <summary>The finished pods of all connectors together reached the operator's limit.</summary>
    public bool IsAtFinishedPodsCap { get; init; }

    /// <summary>
    /// Which part of the record was too large to commit the plan, with the limit; null: none. Then only what the committed record
    /// allows is deleted and told.
    /// </summary>
    public string? RecordTooLarge { get; init; }

    /// <summary>Finished pods that no record has folded alone reached the limit, so that pruning can't make room.</summary>
    public bool IsFullOfUnfoldedPods { get; init; }

    /// <summary>The limit of finished pods stops new runs. History never does: it is pruned first.</summary>
    public bool HasNoRoomForPods => IsAtFinishedPodsCap && IsFullOfUnfoldedPods;

    /// <summary>
    /// Pods of closed occasions that were created up to this instant give way, whatever <c>spec.history</c> says: the oldest of all
    /// connectors. Null: <c>spec.history</c> alone decides.
    /// </summary>
    public DateTimeOffset? PruneUpTo { get; init; }

    /// <summary>
    /// Since when this process plans, whether its plans were committed or not. Before this instant only commits show that somebody
    /// planned. Null: unknown.
    /// </summary>
    public DateTimeOffset? PlanningSince { get; init; }

    /// <summary>The operator that plans; null: it makes and heeds no claims.</summary>
    public OperatorInstance? Operator { get; init; }

    /// <summary>The claim in the record's head; null: there is no head, or it has none.</summary>
    public OperatorClaim? Claim { get; init; }

    /// <summary>
    /// An operator that refuses the connector does not take it over, whatever its settings say, from one that may serve it: the other one
    /// would take it back as soon as it can.
    /// </summary>
    public Charge Charge =>
        Charges.Of(Operator, Claim, Now, IsClockSkewed) switch
        {
            Charge.TakenOver when !ConnectorFindings.IsEmpty && Now < Claim?.FreshUntil => Charge.Foreign,
            var charge => charge,
        };

    /// <summary>Random seed for the store order of a new attempt.</summary>
    public ulong Salt { get; init; }
    public PlanLimits Limits { get; init; } = new();

    /// <summary>No new pod of the occasion can appear any more, not even by a create request that was sent late.</summary>
    public bool IsPastLateArrival(Occasion occasion) => Now > occasion.StartBy + Limits.LateArrival;

    /// <summary>
    /// Up to when a create request for the entry's pod may still arrive. Nobody sends one after <c>startBy</c>. This process sends none
    /// while it sees the pod or its refusal, and knows which of its requests got no answer; another process sent its last one before
    /// this one began to plan.
    /// </summary>
    /// <param name="entry">The entry that the pod runs.</param>
    /// <param name="pod">The pod's name.</param>
    /// <param name="createdAt">When the pod was created; null: it was not.</param>
    public DateTimeOffset LastArrival(Entry entry, string pod, DateTimeOffset? createdAt)
    {
        var latest = entry.StartBy + Limits.LateArrival;
        if (PlanningSince is not { } since)
        {
            return latest;
        }
        var sent = new[] { since, createdAt ?? since, UnansweredCreates.GetValueOrDefault(pod, since) }.Max();
        var arrived = sent + Limits.LateArrival;
        return arrived < latest ? arrived : latest;
    }
}

/// <summary>Operator settings for planning.</summary>
public sealed record PlanLimits
{
    /// <summary>The clocks of nodes, API server and operator may differ by this time; with more nothing is planned.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(5);

    /// <summary>The longest time a sent create request can take. Default 8 s.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>A pod that is not seen by <c>startBy</c> + this time will never appear. <see cref="WriteTimeout"/> + <see cref="ClockSkew"/>.</summary>
    public TimeSpan LateArrival => WriteTimeout + ClockSkew;
}
