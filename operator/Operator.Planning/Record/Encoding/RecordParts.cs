using System.Collections.Immutable;
using System.Text.Json;

namespace Operator.Planning.Record.Encoding;

/// <summary>
/// The record as named parts of bytes, which is how it is kept: one part a book (those of pauses, actions and quotas only when
/// there is something in them), four a flow, and those of the stores.
/// </summary>
public static class RecordParts
{
    /// <summary>Beginning of the names of a record's objects.</summary>
    public const string ObjectPrefix = "mpc";
    public const string Revisions = "revisions";
    public const string Attempts = "attempts";
    public const string Actions = "actions";
    private const string Pauses = "pauses";
    private const string Quotas = "quotas";
    private const string PlanPrefix = "plan.";
    private const string LedgerPrefix = "ledger.";
    private const string ChunksPrefix = "chunks.";

    /// <summary>From these a record that lost its head is begun anew: what is stable, what was rejected, and what people stopped.</summary>
    public static bool OutlivesHead(string part) => part is Revisions or Attempts or Actions;

    public static ImmutableSortedDictionary<string, byte[]> Encode(ConnectorRecord record)
    {
        var parts = ImmutableSortedDictionary.CreateBuilder<string, byte[]>(StringComparer.Ordinal);
        parts[Revisions] = JsonSerializer.SerializeToUtf8Bytes(record.Revisions, RecordJson.Default.RevisionBook);
        parts[Attempts] = JsonSerializer.SerializeToUtf8Bytes(record.Attempts, RecordJson.Default.AttemptBook);
        if (!record.Pauses.IsEmpty)
        {
            parts[Pauses] = JsonSerializer.SerializeToUtf8Bytes(record.Pauses, RecordJson.Default.PauseBook);
        }
        if (!record.Actions.IsEmpty)
        {
            parts[Actions] = JsonSerializer.SerializeToUtf8Bytes(record.Actions, RecordJson.Default.ActionBook);
        }
        if (!record.Quotas.IsEmpty)
        {
            parts[Quotas] = JsonSerializer.SerializeToUtf8Bytes(record.Quotas, RecordJson.Default.QuotaBook);
        }
        foreach (var (flow, plan) in record.Plans)
        {
            parts[PlanPrefix + flow] = JsonSerializer.SerializeToUtf8Bytes(plan, RecordJson.Default.FlowPlan);
        }
        foreach (var (flow, ledger) in record.Ledgers)
        {
            parts[LedgerPrefix + flow] = JsonSerializer.SerializeToUtf8Bytes(ledger, RecordJson.Default.FlowLedger);
        }
        foreach (var (flow, book) in record.Chunks)
        {
            parts[ChunksPrefix + flow] = JsonSerializer.SerializeToUtf8Bytes(book, RecordJson.Default.ChunkBook);
        }
        parts.AddRange(StoreParts.Encode(record.Stores));
        parts.AddRange(OutcomeParts.Encode(record.Outcomes));
        return parts.ToImmutable();
    }

    /// <summary>Throws <see cref="JsonException"/> for a part that is no record of ours.</summary>
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
        var lists = new Dictionary<string, KeptStoreList>(StringComparer.Ordinal);
        var names = new Dictionary<string, OutcomeStores>(StringComparer.Ordinal);
        foreach (var (name, bytes) in parts)
        {
            record = name switch
            {
                Revisions => record with { Revisions = DecodeRevisions(bytes.Span) },
                Attempts => record with { Attempts = DecodeAttempts(bytes.Span) },
                Pauses => record with
                {
                    Pauses = Required(JsonSerializer.Deserialize(bytes.Span, RecordJson.Default.PauseBook), name),
                },
                Actions => record with { Actions = DecodeActions(bytes.Span) },
                Quotas => record with
                {
                    Quotas = Required(JsonSerializer.Deserialize(bytes.Span, RecordJson.Default.QuotaBook), name),
                },
                _ when name.StartsWith(PlanPrefix, StringComparison.Ordinal) => record.With(
                    name[PlanPrefix.Length..],
                    Required(JsonSerializer.Deserialize(bytes.Span, RecordJson.Default.FlowPlan), name)
                ),
                _ when name.StartsWith(LedgerPrefix, StringComparison.Ordinal) => record.With(
                    name[LedgerPrefix.Length..],
                    Required(JsonSerializer.Deserialize(bytes.Span, RecordJson.Default.FlowLedger), name)
                ),
                _ when name.StartsWith(ChunksPrefix, StringComparison.Ordinal) => record.With(
                    name[ChunksPrefix.Length..],
                    Required(JsonSerializer.Deserialize(bytes.Span, RecordJson.Default.ChunkBook), name)
                ),
                _ when name.StartsWith(StoreParts.Prefix, StringComparison.Ordinal) => Keep(
                    lists,
                    name,
                    JsonSerializer.Deserialize(bytes.Span, RecordJson.Default.KeptStoreList),
                    record
                ),
                _ when name.StartsWith(OutcomeParts.FlowPrefix, StringComparison.Ordinal) => record with
                {
                    Outcomes = record.Outcomes.With(
                        name[OutcomeParts.FlowPrefix.Length..],
                        Required(JsonSerializer.Deserialize(bytes.Span, RecordJson.Default.Timeline), name)
                    ),
                },
                _ when name.StartsWith(OutcomeParts.StoresPrefix, StringComparison.Ordinal) => Keep(
                    names,
                    name,
                    JsonSerializer.Deserialize(bytes.Span, RecordJson.Default.OutcomeStores),
                    record
                ),
                _ => throw new JsonException($"the record has a part '{name}' that this version does not know"),
            };
        }
        return record with
        {
            Stores = StoreParts.Decode(lists),
            Outcomes = OutcomeParts.Join(record.Outcomes.Flows, names),
        };
    }

    public static RevisionBook DecodeRevisions(ReadOnlySpan<byte> bytes) =>
        Required(JsonSerializer.Deserialize(bytes, RecordJson.Default.RevisionBook), Revisions);

    public static AttemptBook DecodeAttempts(ReadOnlySpan<byte> bytes) =>
        Required(JsonSerializer.Deserialize(bytes, RecordJson.Default.AttemptBook), Attempts);

    public static ActionBook DecodeActions(ReadOnlySpan<byte> bytes) =>
        Required(JsonSerializer.Deserialize(bytes, RecordJson.Default.ActionBook), Actions);

    /// <summary>Of a book that is several parts.</summary>
    private static ConnectorRecord Keep<T>(Dictionary<string, T> found, string name, T? part, ConnectorRecord record)
        where T : class
    {
        found[name] = Required(part, name);
        return record;
    }

    private static T Required<T>(T? value, string part)
        where T : class => value ?? throw new JsonException($"part '{part}' of the record is null");
}
