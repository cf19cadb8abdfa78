using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Judging;
using Operator.Planning.Record;

namespace Operator.Testing;

/// <summary>
/// The largest record that a connector can get: every book of every store is full, and no two stores have the same numbers. It is
/// built and not planned, because no single fleet reaches all of it. The same seed gives the same record.
/// </summary>
public sealed class CrowdedRecord(ImmutableArray<string> stores, int seed)
{
    private const int StoresAChunk = 25;
    private const int Texts = 256;
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(5);
    private static readonly ImmutableArray<string> Apis =
    [
        "orders.searchOrders",
        "feeds.createFeed",
        "listings.getItem",
    ];
    private readonly Random _random = new(seed);
    private readonly SellerNames _names = new(seed);

    public ImmutableArray<string> Flows { get; init; } = ["orders", "inventory", "prices"];

    /// <summary>Closed occasions of each flow, besides the open one: <c>spec.history.slots</c>.</summary>
    public int HistorySlots { get; init; } = 10;

    /// <summary>Stores of one run. One: every store was isolated to the end, because every run crashed.</summary>
    public int StoresARun { get; init; } = 1;

    public ConnectorRecord Build()
    {
        var record = new ConnectorRecord
        {
            Id = "0123456789abcdef",
            CreatedAt = Noon,
            Counter = 1,
            Revisions = new RevisionBook { Items = [.. Enumerable.Range(0, 10).Select(Revision)], StableHash = "rev0" },
            Attempts = new AttemptBook { Current = Attempt(), LastNumber = 7 },
            Pauses = new PauseBook
            {
                Auth = ByStore(Pause),
                GotInAt = Instant(),
                Common = new CommonPause
                {
                    Since = Instant(),
                    NextProbe = Instant(),
                    Probes = 1_000,
                    Probe = new ProbeRun { Flow = Text(40), Occasion = Text(20) },
                },
            },
            Actions = Actions(),
            Stores = new StoreBook
            {
                Inline = [.. Shuffled().Take(250)],
                Drops =
                [
                    new StoreDrop
                    {
                        Source = "stores/eu",
                        At = Noon,
                        Before = stores.Length,
                        Stores = Shuffled(),
                    },
                ],
            },
            Quotas = new QuotaBook { Apis = Apis.ToImmutableSortedDictionary(a => a, Quota, StringComparer.Ordinal) },
            Outcomes = new OutcomeBook
            {
                Stores = stores,
                Flows = Flows.ToImmutableSortedDictionary(f => f, _ => Timeline(), StringComparer.Ordinal),
            },
        };
        record = Flows.Aggregate(record, (r, flow) => r.With(flow, Chunks()).With(flow, Plan()).With(flow, Ledger()));
        return record with { Trials = Trials(record.RunningAttempt!.Order) }; // it has an attempt
    }

    /// <summary>Each store has run on both arms, alone, and its question has been asked.</summary>
    private TrialBook Trials(ImmutableArray<string> order)
    {
        var policy = new JudgePolicy();
        var trial = Judge.Begin(stores.Length, new Reporting(Stable: true, Candidate: true));
        foreach (var arm in (Arm[])[Arm.Candidate, Arm.Stable, Arm.Candidate])
        {
            trial = Judge.Settle(trial, new SettledOccasion { Runs = [.. stores.Select(s => Run(s, arm))] }, policy);
        }
        return new TrialBook
        {
            Attempt = 7,
            Order = order,
            Flows = Flows.ToImmutableSortedDictionary(
                f => f,
                _ => TrialForm.Write(trial, order),
                StringComparer.Ordinal
            ),
        };
    }

    private EndedRun Run(string store, Arm arm) =>
        new(
            new Coin(arm, 0.5),
            [store],
            RunClose.Well,
            [new ItemCounts(_random.Next(100, 100_000), _random.Next(100))],
            HasReport: true
        );

    private ImmutableSortedDictionary<string, T> ByStore<T>(Func<T> value) =>
        stores.ToImmutableSortedDictionary(s => s, _ => value(), StringComparer.Ordinal);

    /// <summary>Env with values that do not compress, as large as a connector's ConfigMap values may be.</summary>
    private Revision Revision(int number) =>
        new()
        {
            Hash = $"rev{number}",
            Sync = new SyncPodSpec
            {
                Image = A.Good,
                Env =
                [
                    new EnvVar { Name = "A", Value = Text(32 * 1024) },
                    new EnvVar { Name = "B", Value = Text(32 * 1024) },
                ],
            },
        };

    private Attempt Attempt() =>
        new()
        {
            Number = 7,
            Revision = "rev1",
            Order = Shuffled(),
            Cohort = stores.Length / 2,
        };

    private ImmutableArray<string> Shuffled()
    {
        var order = stores.ToArray();
        _random.Shuffle(order);
        return [.. order];
    }

    private AuthPause Pause() =>
        new()
        {
            Failures = _random.Next(9),
            Since = Instant(),
            Until = Instant(),
            Revision = "rev0",
            Credentials = Text(16),
        };

    private ActionBook Actions() =>
        new()
        {
            Decided =
            [
                .. Enumerable
                    .Range(0, 1_000)
                    .Select(_ => new DecidedAction
                    {
                        Kind = ApiGroup.ActionKind,
                        Name = Text(253),
                        Token = Text(16),
                        Uid = Text(36),
                        At = Instant(),
                        Message = Text(Texts),
                    }),
            ],
            Orders =
            [
                .. stores
                    .Take(3_000)
                    .Chunk(30)
                    .Select(chunk => new SuspensionOrder
                    {
                        Stores = [.. chunk],
                        At = Instant(),
                        Action = Text(253),
                        Reason = Text(Texts),
                    }),
            ],
        };

    private ApiBook Quota(string api) =>
        new()
        {
            Rate = "1/180s",
            FullAt = ByStore(() => Instant().ToUnixTimeMilliseconds()),
            Days = ByStore(() => new DayCount { Ends = Noon.ToUnixTimeSeconds(), Calls = _random.Next(500) }),
        };

    private Timeline Timeline() =>
        new()
        {
            Occasions =
            [
                .. Enumerable
                    .Range(0, OutcomeBook.MostOccasions)
                    .Select(i => new ClosedOccasion
                    {
                        Id = OccasionIds.Slot(Slot(i)),
                        Slot = Slot(i),
                        Outcomes = string.Concat(_random.GetItems<char>("okftapiuxnrebDCBQAs.", stores.Length)),
                    }),
            ],
        };

    private ChunkBook Chunks() =>
        new()
        {
            Chunks =
            [
                .. Shuffled().Chunk(StoresAChunk).Select((chunk, i) => new Chunk { Id = i, Stores = [.. chunk] }),
            ],
        };

    private FlowPlan Plan() =>
        new()
        {
            ListedAt = Noon,
            Occasions = [.. Enumerable.Range(0, HistorySlots + 1).Select(i => Occasion(i, isClosed: i < HistorySlots))],
            Isolated =
            [
                .. stores
                    .Order(StringComparer.Ordinal)
                    .Select(s => new Isolation
                    {
                        Store = s,
                        Revision = "rev0",
                        Size = 1 << _random.Next(5),
                    }),
            ],
        };

    private Occasion Occasion(int number, bool isClosed) =>
        new()
        {
            Id = OccasionIds.Slot(Slot(number)),
            Slot = Slot(number),
            StartBy = Slot(number) + Period,
            Period = Period,
            IsClosed = isClosed,
            Entries = [.. Shuffled().Chunk(StoresARun).Select((run, i) => Run(Slot(number), [.. run], i))],
        };

    /// <summary>A run with its own offset in the spread, and with another outcome for each of its stores.</summary>
    private Entry Run(DateTimeOffset slot, ImmutableArray<string> run, int index)
    {
        var startBy = slot.AddSeconds(_random.Next(300));
        return new Entry
        {
            Index = index,
            Stores = run,
            Revision = "rev0",
            IsIsolated = true,
            NotBefore = startBy.AddMinutes(-2),
            StartBy = startBy,
            Deadline = startBy.AddMinutes(11),
            Promised = Apis.ToImmutableSortedDictionary(a => a, _ => 2, StringComparer.Ordinal),
            Result = RunResult.Failed,
            EndedAt = slot.AddTicks(_random.NextInt64(Period.Ticks)),
            Reason = "ExitCode",
            Detail = $"it ended with exit code {_random.Next(128, 144)} (SIGKILL)",
            NotReached = [.. run.Where(_ => _random.Next(2) == 0)],
            FailedStores = [.. run.Where(_ => _random.Next(2) == 0)],
            MoreStores = [.. run.Where(_ => _random.Next(2) == 0)],
            Outcomes = string.Concat(_random.GetItems<char>("ftapiuxnr", run.Length)),
        };
    }

    private FlowLedger Ledger() =>
        new()
        {
            Stores = ByStore(() =>
                new StoreLedger
                {
                    LastOkSlot = Slot(-_random.Next(2_000)),
                    LastRunSlot = Slot(_random.Next(9)),
                    LastOkRevision = $"rev{_random.Next(3)}",
                    FailingClass = "apiuxn"[_random.Next(6)].ToString(),
                    FailingReason = "ExitCode",
                    LeftOutSince = Slot(-_random.Next(2_000)),
                    IsLeftOutAgain = true,
                    CandidateFrom = Slot(-_random.Next(2_000)),
                    RedoFrom = Slot(-_random.Next(2_000)),
                }
            ),
        };

    private static DateTimeOffset Slot(int number) => Noon + (number * Period);

    private DateTimeOffset Instant() => Noon.AddTicks(_random.NextInt64(TimeSpan.TicksPerDay));

    private string Text(int length) => _names.Random(1, length)[0];
}
