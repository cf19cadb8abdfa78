using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;
using Operator.Api;
using Operator.Planning.Record;

namespace Operator.Planning.Tests.Records;

/// <summary>
/// Makes random records by reflection, with every property set, so that a new property is in them without a line here. Lists of
/// texts and maps name stores, unless <see cref="NoStores"/> has them.
/// </summary>
internal sealed class RecordFiller(int seed, ImmutableArray<string> stores)
{
    /// <summary>Properties with texts that are no stores.</summary>
    private static readonly HashSet<string> NoStores = new(StringComparer.Ordinal)
    {
        "RevisionBook.FormerStables",
        // A list has whole stores, under their names.
        "KeptStoreList.Wrong",
        "RevisionBook.UnrunFlows",
        "Attempt.JoinedFlows",
        "Revision.FlowParameters",
        "Revision.Values",
        "Revision.ImageIds",
        "QuotaBook.Apis",
        "Entry.Promised",
        // Names of runs.
        "FormerAccount.Runs",
    };

    private static readonly ImmutableArray<string> Flows = ["orders", "prices", "listings"];
    public static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private readonly Random _random = new(seed);
    private int _ids;

    /// <summary>Most items of a list.</summary>
    public int Most { get; init; } = 4;

    /// <summary>Most runs of an occasion.</summary>
    public int MostRuns { get; init; } = 6;

    public ConnectorRecord Record() =>
        new()
        {
            Id = "r1",
            Counter = 7,
            CreatedAt = Noon,
            Revisions = Made<RevisionBook>(),
            Attempts = Made<AttemptBook>(),
            Stores = Made<StoreBook>(),
            Pauses = Made<PauseBook>(),
            Actions = Made<ActionBook>(),
            Quotas = Made<QuotaBook>(),
            Planning = Made<PlanningBook>(),
            Outcomes = new OutcomeBook { Stores = Shuffled(), Flows = OfFlows<Timeline>() },
            Plans = OfFlows<FlowPlan>(),
            Ledgers = OfFlows<FlowLedger>(),
            Chunks = OfFlows<ChunkBook>(),
        };

    /// <summary>The same record with some of its books replaced; the others stay the same objects.</summary>
    public ConnectorRecord Changed(ConnectorRecord record)
    {
        bool IsHit() => _random.Next(3) == 0;
        var flow = One(Flows);
        record = IsHit() ? record with { Revisions = Made<RevisionBook>() } : record;
        record = IsHit() ? record with { Attempts = Made<AttemptBook>() } : record;
        record = IsHit() ? record with { Pauses = Made<PauseBook>() } : record;
        record = IsHit() ? record with { Quotas = new QuotaBook() } : record;
        record = IsHit() ? record with { Plans = record.Plans.Remove(flow) } : record.With(flow, Made<FlowPlan>());
        record = IsHit() ? record with { Chunks = OfFlows<ChunkBook>() } : record;
        record = IsHit() ? record.With(flow, Made<FlowLedger>()) : record;
        return IsHit()
            ? record with
            {
                Outcomes = new OutcomeBook { Stores = Shuffled(), Flows = OfFlows<Timeline>() },
            }
            : record;
    }

    public T Made<T>() => (T)Make(typeof(T), "");

    private ImmutableSortedDictionary<string, T> OfFlows<T>() =>
        Flows.ToImmutableSortedDictionary(f => f, _ => Made<T>(), StringComparer.Ordinal);

    private object Make(Type type, string property)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return Make(inner, property);
        }
        if (type.IsEnum)
        {
            var values = Enum.GetValues(type);
            return values.GetValue(_random.Next(1, values.Length))!; // every enum here has two values
        }
        return type.IsGenericType ? Collection(type, property)
            : RecordText.IsOurs(type) ? Filled(type)
            : Simple(type, property);
    }

    private object Simple(Type type, string property) =>
        type == typeof(string) ? Text(property)
        : type == typeof(bool) ? true
        : type == typeof(int) ? _random.Next(1, 1000)
        : type == typeof(ulong) ? ulong.MaxValue - (ulong)_random.Next()
        : type == typeof(long) ? _random.NextInt64(1, 1_800_000_000_000)
        : type == typeof(DateTimeOffset) ? Instant()
        : type == typeof(TimeSpan) ? TimeSpan.FromMilliseconds(_random.Next(1, 100_000))
        : type == typeof(Duration) ? new Duration($"{_random.Next(31, 90)}s")
        : throw new NotSupportedException($"teach {nameof(RecordFiller)} to make a {type}, for {property}");

    private object Filled(Type type)
    {
        var item = Activator.CreateInstance(type)!; // our records have a constructor without parameters
        foreach (var property in RecordText.PropertiesOf(type))
        {
            property.SetValue(item, Make(property.PropertyType, $"{type.Name}.{property.Name}"));
        }
        return Valid(item);
    }

    /// <summary>What the rules of planning keep true.</summary>
    private object Valid(object item) =>
        item switch
        {
            FlowPlan plan => plan with
            {
                Isolated = [.. plan.Isolated.DistinctBy(i => i.Store).OrderBy(i => i.Store, StringComparer.Ordinal)],
            },
            StoreBook book => book with
            {
                Former = [.. book.Former.DistinctBy(f => f.Store).OrderBy(f => f.Store, StringComparer.Ordinal)],
            },
            Occasion occasion => occasion with { Entries = Runs() },
            Entry entry => entry with
            {
                NotReached = Some(entry.Stores),
                FailedStores = _random.Next(4) == 0 ? entry.FailedStores : Some(entry.Stores),
            },
            _ => item,
        };

    /// <summary>Consecutive runs often differ in nothing but their stores.</summary>
    private ImmutableArray<Entry> Runs()
    {
        var runs = ImmutableArray.CreateBuilder<Entry>();
        var count = _random.Next(1, MostRuns + 1);
        for (var shape = Made<Entry>(); runs.Count < count; shape = _random.Next(3) == 0 ? Made<Entry>() : shape)
        {
            var own = StoreList();
            runs.Add(
                shape with
                {
                    Index = runs.Count,
                    Stores = own,
                    NotReached = own,
                    FailedStores = [],
                    MoreStores = [],
                }
            );
            runs.Add(shape with { Index = runs.Count });
        }
        return runs.ToImmutable();
    }

    private object Collection(Type type, string property)
    {
        var arguments = type.GetGenericArguments();
        return arguments is [var item] ? ListOf(item, property)
            : arguments[1] == typeof(JsonElement)
                ? new Dictionary<string, JsonElement> { ["later"] = JsonSerializer.SerializeToElement(_random.Next(9)) }
            : MapOf(arguments[1], property);
    }

    private object ListOf(Type item, string property) =>
        item == typeof(string) && IsStores(property)
            ? StoreList()
            : Generic(nameof(Listed), item, Enumerable.Range(0, Count()).Select(_ => Make(item, property)).ToArray());

    private object MapOf(Type value, string property)
    {
        var keys = IsStores(property) ? StoreList() : [.. Enumerable.Range(0, Count()).Select(_ => Text(property))];
        keys = property.StartsWith("ApiBook.", StringComparison.Ordinal) && _random.Next(2) == 0 ? keys.Add("") : keys;
        return Generic(nameof(Mapped), value, keys.Select(k => (k, Make(value, property))).ToArray());
    }

    private static object Generic(string method, Type item, object argument) =>
        typeof(RecordFiller)
            .GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(item)
            .Invoke(null, [argument])!; // the methods are below and return a collection

    private static ImmutableArray<T> Listed<T>(object[] items) => [.. items.Cast<T>()];

    private static ImmutableSortedDictionary<string, T> Mapped<T>((string Key, object Value)[] items) =>
        items.ToImmutableSortedDictionary(i => i.Key, i => (T)i.Value, StringComparer.Ordinal);

    private static bool IsStores(string property) =>
        !NoStores.Contains(property)
        && typeof(ConnectorRecord).Assembly.GetType($"{typeof(ConnectorRecord).Namespace}.{property.Split('.')[0]}")
            is not null;

    /// <summary>Each id and hash is another one.</summary>
    private string Text(string property) =>
        property switch
        {
            "Isolation.Store" => One(stores),
            "Occasion.Id" or "ClosedOccasion.Id" => $"s{1_800_000_000 + _ids++}",
            "ClosedOccasion.Outcomes" => new string('o', _random.Next(1, 5)) + _ids++,
            "KeptStoreList.Source" => $"list-{_ids++}/stores.yaml",
            _ => $"{property.Split('.')[^1]} {_ids++}",
        };

    private ImmutableArray<string> StoreList() => [.. Shuffled().Take(_random.Next(1, 6))];

    private ImmutableArray<string> Shuffled()
    {
        var all = stores.ToArray();
        _random.Shuffle(all);
        return [.. all];
    }

    /// <summary>The first store and some of the others, in their order.</summary>
    private ImmutableArray<string> Some(ImmutableArray<string> all) =>
        [.. all.Where((_, i) => i == 0 || _random.Next(2) == 0)];

    private string One(ImmutableArray<string> all) => all[_random.Next(all.Length)];

    private int Count() => _random.Next(1, Most + 1);

    private DateTimeOffset Instant() => Noon.AddTicks(_random.NextInt64(TimeSpan.TicksPerDay));
}
