using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Calendar;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Outcomes;
using Operator.Planning.Record;
using Operator.Planning.Stores;

namespace Operator.Planning.Explaining;

/// <summary>Answers questions about single stores from the record and the connector, by the same rules as planning.</summary>
public static class Explanations
{
    /// <summary>The operator's own rules. Which interval is too short, only the operator knows.</summary>
    private static readonly ConnectorRules Rules = new(
        new ConnectorRuleOptions
        {
            ScheduleProblem = (schedule, zone) => Schedule.Problem(schedule, zone, TimeSpan.Zero),
        }
    );

    /// <summary>The names of all known stores: listed stores, and removed stores that the record still knows.</summary>
    public static ImmutableArray<string> Stores(MarketplaceConnector connector, ConnectorRecord? record) =>
        [
            .. Listed(connector, record)
                .Select(s => s.Name)
                .Concat(record?.Outcomes.Stores ?? [])
                .Distinct(StringComparer.Ordinal),
        ];

    public static StoreAnswer Answer(StoreQuestion question)
    {
        var draft = DraftOf(question);
        var flows = draft.Effective.ListedFlows.Where(f => question.Flow is null || f.Name == question.Flow);
        return new StoreAnswer
        {
            Store = question.Store,
            Namespace = question.Connector.Metadata.Namespace,
            Connector = question.Connector.Metadata.Name,
            Now = [.. StoreSights.OfStore(draft, question)],
            Flows = [.. flows.Select(f => Answer(draft, question, f))],
        };
    }

    private static FlowAnswer Answer(Draft draft, StoreQuestion question, Flow flow)
    {
        var (book, until) = (draft.Record.Outcomes, question.Until ?? question.Now);
        var rows = book.Of(flow.Name).Occasions;
        var place = book.Stores.IndexOf(question.Store);
        var asked = rows.Where(r => (question.Since is not { } since || r.Slot >= since) && r.Slot <= until);
        return new FlowAnswer
        {
            Flow = flow.Name,
            Slots = [.. asked.Select(row => SlotOf(draft, flow.Name, row, question.Store, place))],
            Unknown = Unknown(question, flow, rows),
            Now = [.. StoreSights.OfFlow(draft, flow, question)],
            LastOkSlot = draft.Record.Ledger(flow.Name).Stores.GetValueOrDefault(question.Store)?.LastOkSlot,
            IsStale = Staleness.Of(draft).Any(s => s.Flow == flow.Name && s.Store == question.Store),
        };
    }

    private static SlotAnswer SlotOf(Draft draft, string flow, ClosedOccasion row, string store, int place)
    {
        var outcome = place < 0 ? StoreOutcome.NotListed : draft.Record.Outcomes.Unpack(row)[place];
        var run = outcome.IsOfRun() ? LastRun(draft.Record.Plan(flow), row.Id, store) : null;
        var reason =
            run is { Reason: { } why } && !outcome.IsSync() && why is not Reasons.Completed
                ? $" ({why}{(run.Detail is { } detail ? $": {detail}" : "")})"
                : "";
        return new SlotAnswer
        {
            Slot = row.Slot,
            Occasion = row.Id,
            Outcome = OutcomeWords.ReasonOf(outcome),
            IsDue = outcome.IsDue(),
            IsSynced = outcome.IsSync(),
            Why =
                OutcomeWords.WhyOf(outcome, row.Kind)
                + reason
                + (outcome.IsDue() ? OutcomeWords.BesideSchedule(row.Kind) : ""),
            Remedy = OutcomeWords.RemedyOf(outcome),
            Pod = run is null ? null : StoreSights.PodOf(draft, flow, row.Id, run),
        };
    }

    /// <summary>The store's last run; null once the record has removed the occasion with its pods.</summary>
    private static Entry? LastRun(FlowPlan plan, string occasion, string store) =>
        plan
            .Occasions.FirstOrDefault(o => o.Id == occasion)
            ?.Entries.LastOrDefault(e => e.Stores.Contains(store, StringComparer.Ordinal));

    private static string? Unknown(StoreQuestion question, Flow flow, ImmutableArray<ClosedOccasion> rows)
    {
        const string advice = "the operator's log has a line for each store and run: search it for";
        var (store, name) = (question.Store, flow.Name);
        return question.Since is not { } since || since > question.Now ? null
            : rows.IsEmpty ? "the record has no closed due time of this flow yet"
            : rows.Length < OutcomeBook.MostOccasions
            || since >= rows[0].Slot
            || !WasDueBefore(flow, since, rows[0].Slot)
                ? null
            : $"what was due before {question.Told(rows[0].Slot)} is no longer in the record, which keeps the last {OutcomeBook.MostOccasions} due times; {advice} 'store {store} flow {name}'";
    }

    private static bool WasDueBefore(Flow flow, DateTimeOffset since, DateTimeOffset oldest) =>
        Schedule.Problem(flow.Schedule, flow.TimeZone, TimeSpan.Zero) is not null
        || Schedule.Of(flow).Next(since.AddTicks(-1)) < oldest;

    /// <summary>The draft that planning starts with; no step of planning runs.</summary>
    private static Draft DraftOf(StoreQuestion question)
    {
        var record = question.Record ?? new ConnectorRecord();
        var stores = Listed(question.Connector, question.Record);
        var seen = new Observation
        {
            Now = question.Now,
            Connector = question.Connector,
            Record = new RecordSight.Found(record),
        };
        var effective = EffectiveSpec.Of(question.Connector.Spec with { Stores = stores }, Wrong(question));
        return new Draft(seen, record) { Effective = effective.Under(Suspensions.Of(record.Actions), question.Now) };
    }

    /// <summary>The parts that stand still, as the operator sorts them.</summary>
    private static WrongParts Wrong(StoreQuestion question)
    {
        var connector = question.Connector;
        var parts = SpecFaults.Of(connector.Spec, Rules.Check(connector)).Given(question.Record).Parts;
        var inline = connector.Spec.Stores.Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
        var listed = (question.Record?.Stores.Lists ?? [])
            .SelectMany(l => l.Wrong.Where(s => !inline.Contains(s)).Select(s => (Store: s, l.Source)))
            .DistinctBy(w => w.Store, StringComparer.Ordinal)
            .Select(w => KeyValuePair.Create(w.Store, $"ConfigMap {w.Source}: see the condition StoreListBroken"));
        return parts with { Stores = parts.Stores.SetItems(listed) };
    }

    /// <summary>The stores of the spec, then list by list; of several stores with one name the first counts.</summary>
    private static ImmutableArray<Store> Listed(MarketplaceConnector connector, ConnectorRecord? record) =>
        [
            .. connector
                .Spec.Stores.Concat(record?.Stores.Lists.SelectMany(l => l.Stores) ?? [])
                .DistinctBy(s => s.Name, StringComparer.Ordinal),
        ];
}
