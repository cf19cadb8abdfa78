using System.Collections.Immutable;
using System.Text.Json;

namespace Operator.Planning.Record.Encoding;

/// <summary>
/// The stored form of the record: named parts of bytes. One part per book (pauses, actions, planning and quotas only when not empty),
/// four parts per flow, and the parts with stores.
/// </summary>
public static class RecordParts
{
    /// <summary>Prefix of the names of a record's objects.</summary>
    public const string ObjectPrefix = "mpc";
    public const string Revisions = "revisions";
    public const string Attempts = "attempts";
    public const string Actions = "actions";

    private static readonly PartCodec.Book<RevisionBook> RevisionsCodec = new(
        Revisions,
        RecordJson.Default.RevisionBook,
        r => r.Revisions,
        (r, book) => r with { Revisions = book }
    );

    private static readonly PartCodec.Book<AttemptBook> AttemptsCodec = new(
        Attempts,
        RecordJson.Default.AttemptBook,
        r => r.Attempts,
        (r, book) => r with { Attempts = book }
    );

    private static readonly PartCodec.Book<ActionBook> ActionsCodec = new(
        Actions,
        RecordJson.Default.ActionBook,
        r => r.Actions.IsEmpty ? null : r.Actions,
        (r, book) => r with { Actions = book }
    );

    private static readonly ImmutableArray<PartCodec> Codecs =
    [
        RevisionsCodec,
        AttemptsCodec,
        ActionsCodec,
        new PartCodec.Book<PauseBook>(
            "pauses",
            RecordJson.Default.PauseBook,
            r => r.Pauses.IsEmpty ? null : r.Pauses,
            (r, book) => r with { Pauses = book }
        ),
        new PartCodec.Book<PlanningBook>(
            "planning",
            RecordJson.Default.PlanningBook,
            r => r.Planning.IsEmpty ? null : r.Planning,
            (r, book) => r with { Planning = book }
        ),
        new PartCodec.Book<QuotaBook>(
            "quotas",
            RecordJson.Default.QuotaBook,
            r => r.Quotas.IsEmpty ? null : r.Quotas,
            (r, book) => r with { Quotas = book }
        ),
        new PartCodec.OfFlows<FlowPlan>(
            "plan.",
            RecordJson.Default.FlowPlan,
            r => r.Plans,
            (r, f, plan) => r.With(f, plan)
        ),
        new PartCodec.OfFlows<FlowLedger>(
            "ledger.",
            RecordJson.Default.FlowLedger,
            r => r.Ledgers,
            (r, f, ledger) => r.With(f, ledger)
        ),
        new PartCodec.OfFlows<ChunkBook>(
            "chunks.",
            RecordJson.Default.ChunkBook,
            r => r.Chunks,
            (r, f, book) => r.With(f, book)
        ),
        new PartCodec.OfFlows<Timeline>(
            "outcomes.",
            RecordJson.Default.Timeline,
            r => r.Outcomes.Flows,
            (r, f, timeline) => r with { Outcomes = r.Outcomes.With(f, timeline) }
        ),
        new PartCodec.Shards<OutcomeStores>(
            "outcomestores.",
            RecordJson.Default.OutcomeStores,
            r => OutcomeStores.Cut(r.Outcomes.Stores),
            (r, shards) => r with { Outcomes = r.Outcomes with { Stores = [.. shards.SelectMany(s => s.Stores)] } }
        ),
        new PartCodec.Shards<KeptStoreList>(
            "stores.",
            RecordJson.Default.KeptStoreList,
            r => r.Stores.Lists.SelectMany(StoreShards.Cut),
            (r, shards) => r with { Stores = StoreShards.Join(shards) }
        ),
    ];

    /// <summary>A record that lost its head is recovered from these parts: stable, rejected revision, suspensions.</summary>
    public static bool OutlivesHead(string part) => part is Revisions or Attempts or Actions;

    public static ImmutableSortedDictionary<string, byte[]> Encode(ConnectorRecord record) =>
        Codecs.SelectMany(c => c.Encode(record)).ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>Throws <see cref="JsonException"/> for an unknown or invalid part.</summary>
    public static ConnectorRecord Decode(
        string id,
        long counter,
        DateTimeOffset createdAt,
        IReadOnlyDictionary<string, ReadOnlyMemory<byte>> parts
    )
    {
        var record = new ConnectorRecord
        {
            Id = id,
            Counter = counter,
            CreatedAt = createdAt,
        };
        return parts
            .Select(p => new PartCodec.Part(p.Key, p.Value))
            .GroupBy(p => Codecs.FirstOrDefault(c => c.Owns(p.Name)) ?? throw PartCodec.Unknown(p.Name))
            .Aggregate(record, (r, owned) => owned.Key.Decode(r, [.. owned]));
    }

    public static RevisionBook DecodeRevisions(ReadOnlySpan<byte> bytes) => RevisionsCodec.Decode(bytes);

    public static AttemptBook DecodeAttempts(ReadOnlySpan<byte> bytes) => AttemptsCodec.Decode(bytes);

    public static ActionBook DecodeActions(ReadOnlySpan<byte> bytes) => ActionsCodec.Decode(bytes);
}
