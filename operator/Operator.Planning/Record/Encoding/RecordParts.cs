using System.Collections.Immutable;
using System.Text.Json;

namespace Operator.Planning.Record.Encoding;

/// <summary>
/// The stored form of the record: named parts of bytes, each well below the limit of a part whatever the stores are called.
/// Decision 0027 lists the parts.
/// </summary>
public static class RecordParts
{
    /// <summary>Prefix of the names of a record's objects.</summary>
    public const string ObjectPrefix = "mpc";
    public const string Revisions = "revisions";
    public const string Attempts = "attempts";
    public const string Actions = "actions";
    private const string Pauses = "pauses";
    private const string Quotas = "quotas";
    private const string Planning = "planning";
    private const string Trials = "trials";
    private const string Lists = "stores";
    private const string Chunks = "chunks.";
    private const string Plans = "plan.";
    private const string Ledgers = "ledger.";
    private const string Outcomes = "outcomes.";

    private static readonly RevisionCodec RevisionBooks = new();
    private static readonly AttemptCodec AttemptBooks = new();
    private static readonly ActionCodec ActionBooks = new();
    private static readonly StoreListCodec StoreBooks = new();
    private static readonly PlanCodec FlowPlans = new();
    private static readonly TimelineCodec Timelines = new();
    private static readonly WholeCodec<ChunkBook> ChunkBooks = new(StoresNamed.In);

    private static readonly WholeCodec<PlanningBook> PlanningBooks = new((book, _) => book)
    {
        IsEmpty = book => book.IsEmpty,
    };

    private static readonly StoreKeyedCodec<FlowLedger> FlowLedgers = new()
    {
        Named = StoresNamed.In,
        Values = ledger => new FlowLedger { Stores = ledger.Stores },
        Join = (all, ledger) => all with { Stores = all.Stores.SetItems(ledger.Stores) },
    };

    private static readonly StoreKeyedCodec<PauseBook> PauseBooks = new()
    {
        Named = StoresNamed.In,
        Values = book => new PauseBook { Auth = book.Auth, Ended = book.Ended },
        Join = (all, book) => all with { Auth = all.Auth.SetItems(book.Auth), Ended = all.Ended.SetItems(book.Ended) },
        IsEmpty = book => book.IsEmpty,
    };

    private static readonly StoreKeyedCodec<QuotaBook> QuotaBooks = new()
    {
        Named = StoresNamed.In,
        Values = book => new QuotaBook
        {
            Apis = book.Apis.SetItems(book.Apis.Select(a => KeyValuePair.Create(a.Key, ValuesOf(a.Value)))),
        },
        Join = (all, book) =>
            all with
            {
                Apis = all.Apis.SetItems(
                    book.Apis.Select(a => KeyValuePair.Create(a.Key, Join(all.Of(a.Key), a.Value)))
                ),
            },
        IsEmpty = book => book.IsEmpty,
    };

    /// <summary>
    /// Parts from which a record that lost its head is recovered: stable, rejected revision, suspensions. They name no store by
    /// its number.
    /// </summary>
    public static bool OutlivesHead(string part) =>
        part is Revisions or Attempts or Actions
        || RevisionCodec.IsContent(part)
        || part.StartsWith(Actions + ".", StringComparison.Ordinal);

    public static ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> Encode(ConnectorRecord record) =>
        Store(record).Form.Parts;

    /// <summary>The record with the parts to commit in its <see cref="ConnectorRecord.Form"/>, as if it had been read from them.</summary>
    public static ConnectorRecord Store(ConnectorRecord record)
    {
        var to = new PartWriter(record);
        var before = to.Before;
        // Chunks first, so that neighbours get neighbouring numbers.
        to.Each(Chunks, ChunkBooks, record.Chunks, before.Chunks);
        to.Each(Plans, FlowPlans, record.Plans, before.Plans);
        to.Each(Ledgers, FlowLedgers, record.Ledgers, before.Ledgers);
        to.Each(Outcomes, Timelines, record.Outcomes.Flows, before.Outcomes.Flows);
        to.One(Revisions, RevisionBooks, record.Revisions, before.Revisions);
        to.One(Attempts, AttemptBooks, record.Attempts, before.Attempts);
        to.One(Actions, ActionBooks, record.Actions, before.Actions);
        to.One(Pauses, PauseBooks, record.Pauses, before.Pauses);
        to.One(Quotas, QuotaBooks, record.Quotas, before.Quotas);
        to.One(Planning, PlanningBooks, record.Planning, before.Planning);
        // Its shards are cut by the attempt's order, so it is written anew when that changes.
        var trials = new TrialCodec { Order = record.RunningAttempt?.Order ?? [] };
        trials.Write(to, Trials, record.Trials, before.Trials);
        to.One(Lists, StoreBooks, record.Stores, before.Stores);
        StoreTable.Write(to, record.Outcomes);
        return record with { Form = to.Form(record) };
    }

    /// <summary>
    /// Parts of unknown names are carried along. Throws <see cref="DamagedRecordException"/> when a part is missing that another
    /// part lists, and <see cref="JsonException"/> for a part that can't be read.
    /// </summary>
    public static ConnectorRecord Decode(
        string id,
        long counter,
        DateTimeOffset createdAt,
        IReadOnlyDictionary<string, ReadOnlyMemory<byte>> parts
    )
    {
        var from = new PartReader(parts);
        var places = StoreTable.ReadPlaces(from, out var numbers);
        var attempts = from.One(Attempts, AttemptBooks);
        var trials = new TrialCodec { Order = attempts.Current?.Order ?? [] };
        var record = new ConnectorRecord
        {
            Id = id,
            Counter = counter,
            CreatedAt = createdAt,
            Chunks = from.Each(Chunks, ChunkBooks),
            Plans = from.Each(Plans, FlowPlans),
            Ledgers = from.Each(Ledgers, FlowLedgers),
            Outcomes = new OutcomeBook { Stores = places, Flows = from.Each(Outcomes, Timelines) },
            Revisions = from.One(Revisions, RevisionBooks),
            Attempts = attempts,
            Trials = trials.Read(from, Trials) ?? TrialBook.None,
            Actions = from.One(Actions, ActionBooks),
            Pauses = from.One(Pauses, PauseBooks),
            Quotas = from.One(Quotas, QuotaBooks),
            Planning = from.One(Planning, PlanningBooks),
            Stores = from.One(Lists, StoreBooks),
        };
        var form = new StoredForm
        {
            Parts = parts.ToImmutableSortedDictionary(StringComparer.Ordinal),
            Unknown = from.Unread,
            Numbers = numbers,
            Record = record,
        };
        return record with { Form = form };
    }

    /// <summary>Recovers books of a record that lost its head. Of a part there may be several copies, the best first.</summary>
    public static SalvagedBooks Salvage(IEnumerable<KeyValuePair<string, ReadOnlyMemory<byte>>> copies)
    {
        var parts = new SurvivingParts(copies);
        return new SalvagedBooks(
            RevisionCodec.Salvage(parts, Revisions),
            parts.Find<AttemptBook>(Attempts),
            ActionCodec.Salvage(parts, Actions)
        );
    }

    private static ApiBook ValuesOf(ApiBook book) => new() { FullAt = book.FullAt, Days = book.Days };

    private static ApiBook Join(ApiBook all, ApiBook book) =>
        all with
        {
            FullAt = all.FullAt.SetItems(book.FullAt),
            Days = all.Days.SetItems(book.Days),
        };
}
