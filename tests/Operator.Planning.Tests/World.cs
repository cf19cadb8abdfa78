using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Output;
using Operator.Planning.Record;
using Operator.Planning.Record.Encoding;

namespace Operator.Planning.Tests;

/// <summary>How a run of a version behaves: a pure function of the version's image and the stores.</summary>
public sealed record Behaviour
{
    public bool CanStart { get; init; } = true;
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(2);
    public int ExitCode { get; init; }

    /// <summary>The store at which the worker dies, having reported those before it.</summary>
    public string? CrashesAt { get; init; }
    public long Ok { get; init; } = 10;
    public long Failed { get; init; }
    public bool IsSilent { get; init; }

    /// <summary>Every store says that it has more to do.</summary>
    public bool HasMore { get; init; }

    /// <summary>Every item of this store fails, with <see cref="FailingClass"/>.</summary>
    public string? Fails { get; init; }
    public char FailingClass { get; init; } = 'u';

    /// <summary>The worker ends well without having come to this store.</summary>
    public string? Skips { get; init; }
    public string? RawReport { get; init; }

    /// <summary>More members of the report, such as <c>"calls":{"orders":3}</c>.</summary>
    public string? ReportsAlso { get; init; }

    /// <summary>Stores that the marketplace does not let in.</summary>
    public ImmutableHashSet<string> LockedOut { get; init; } = [];
}

/// <summary>
/// A cluster in virtual time: plans, commits (through the record's real encoding), applies changes and lets pods run. Faults are
/// the test's to inject: a crash between any two steps, lost records, deleted pods.
/// </summary>
public sealed class World
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private readonly Dictionary<string, Pod> _pods = new(StringComparer.Ordinal);
    private readonly List<string> _tickets = [];
    private ImmutableSortedDictionary<string, byte[]>? _stored;
    private string _recordId = "";
    private DateTimeOffset _recordCreatedAt;
    private long _counter;
    private int _ids;
    private int _uids;
    private bool _isNextNameTaken;

    public DateTimeOffset Now { get; set; } = Start;
    public bool IsClockSkewed { get; set; }
    public MarketplaceConnector Connector { get; set; } = A.Connector(Start);
    public RolloutSight Rollout { get; set; } = new RolloutSight.Missing();
    public ImmutableArray<StoreListSight> StoreLists { get; set; } = [];

    /// <summary>Actions that exist, with the statuses that they were told.</summary>
    public ImmutableArray<SyncAction> Actions { get; set; } = [];
    public Dictionary<string, Behaviour> Versions { get; } = new(StringComparer.Ordinal);

    /// <summary>Every run that was ever started: its fingerprint, arm and when.</summary>
    public List<Started> Runs { get; } = [];
    public List<EventNote> Events { get; } = [];

    /// <summary>Every run that was folded.</summary>
    public List<RunEnded> Ended { get; } = [];
    public Plan Last { get; private set; } = new();
    public ConnectorRecord Record => Decode();
    public bool HasLivePods => _pods.Values.Any(p => !PodIndex.HasEnded(p.Seen));

    /// <summary>For the message of a failing test.</summary>
    public string Story =>
        string.Join(
            '\n',
            Runs.Select(r => $"{r.At:mm:ss} {r.Print.Occasion}/{r.Print.Index} {string.Join(',', r.Print.Stores)}")
        );
    public Attempt? Attempt => Record.RunningAttempt;

    public sealed record Started(Fingerprint Print, Arm Arm, int Attempt, DateTimeOffset At, int CohortThen)
    {
        /// <summary>What it was asked to do.</summary>
        public RunFile File { get; init; } = new();
    }

    private sealed record Pod(
        PodDraft Draft,
        ObservedPod Seen,
        DateTimeOffset StartsAt,
        DateTimeOffset EndsAt,
        Behaviour Behaviour
    );

    public void ShipImage(string image) =>
        Connector = Connector with { Spec = Connector.Spec with { Sync = Connector.Spec.Sync with { Image = image } } };

    /// <summary>Plans once. <paramref name="crashAfter"/> counts the calls that still succeed: the commit, then each change.</summary>
    public Plan Step(int crashAfter = int.MaxValue)
    {
        AdvancePods();
        var plan = Planner.Plan(Observe());
        Last = plan;
        if (plan.MustCommit)
        {
            if (crashAfter-- <= 0)
            {
                return plan;
            }
            Commit(plan.Record);
            Events.AddRange(plan.Events);
            Ended.AddRange(plan.Folded);
        }
        foreach (var change in plan.Changes)
        {
            if (crashAfter-- <= 0)
            {
                return plan;
            }
            Apply(change, plan.Record);
        }
        if (crashAfter-- > 0)
        {
            Tell(plan);
        }
        return plan;
    }

    /// <summary>A user makes an action, as the API server then shows it.</summary>
    public SyncAction Do(string name, ActionSpec spec)
    {
        var action = A.Action(name, spec, Now, $"{name}-{_uids++}");
        Actions = Actions.Add(action);
        return action;
    }

    public ActionStatus StatusOf(string name) => Actions.Last(a => a.Metadata.Name == name).Status;

    private void Tell(Plan plan)
    {
        foreach (var (action, status) in plan.Actions)
        {
            Actions = Actions.Replace(action, action with { Status = status });
        }
        Actions = Actions.RemoveAll(a => plan.OutdatedActions.Any(o => o.Metadata.Uid == a.Metadata.Uid));
    }

    /// <summary>Plans and lets time pass, second by second.</summary>
    public void Run(TimeSpan time, Func<World, bool>? until = null)
    {
        for (var end = Now + time; Now < end; Now += TimeSpan.FromSeconds(1))
        {
            Step();
            if (until?.Invoke(this) == true)
            {
                return;
            }
        }
    }

    public void LoseRecord(bool keepParts = true)
    {
        Assert.NotNull(_stored);
        _lost = keepParts ? _stored : ImmutableSortedDictionary<string, byte[]>.Empty;
        _stored = null;
    }

    /// <summary>The name of the next pod to be created belongs to a pod of somebody else.</summary>
    public void OccupyNextName() => _isNextNameTaken = true;

    /// <summary>Somebody deletes every pod; those that run have reported that many stores by then.</summary>
    public void DeleteAllPods(int reported = 0)
    {
        foreach (var (name, pod) in _pods.ToList())
        {
            var last =
                pod.Seen.Container is ContainerSight.Running running && reported > 0
                    ? new ContainerSight.Terminated(143, "Error", ReportOf(pod, reported), running.StartedAt, Now)
                    : pod.Seen.Container;
            _pods[name] = pod with { Seen = pod.Seen with { IsGone = true, Container = last } };
        }
    }

    public Observation Observe() =>
        new()
        {
            Now = Now,
            Connector = Connector,
            Rollout = Rollout,
            Record = Sight(),
            Pods = [.. _pods.Values.Select(p => p.Seen)],
            Tickets = [.. _tickets.Select(t => new ObservedTicket(t, _recordId, 0))],
            Salt = 42,
            StoreLists = StoreLists,
            Actions = Actions,
            IsClockSkewed = IsClockSkewed,
        };

    private ImmutableSortedDictionary<string, byte[]>? _lost;

    private RecordSight Sight()
    {
        if (_stored is not null)
        {
            return new RecordSight.Found(Decode());
        }
        var id = $"record{_ids}";
        if (_lost is null)
        {
            return new RecordSight.Fresh(id, Now);
        }
        return new RecordSight.Lost(
            "its head is gone",
            id,
            Now,
            _lost.TryGetValue(RecordParts.Revisions, out var revisions) ? RecordParts.DecodeRevisions(revisions) : null,
            _lost.TryGetValue(RecordParts.Attempts, out var attempts) ? RecordParts.DecodeAttempts(attempts) : null
        )
        {
            Actions = _lost.TryGetValue(RecordParts.Actions, out var actions)
                ? RecordParts.DecodeActions(actions)
                : null,
        };
    }

    private ConnectorRecord Decode() =>
        RecordParts.Decode(
            _recordId,
            _counter,
            _recordCreatedAt,
            (_stored ?? ImmutableSortedDictionary<string, byte[]>.Empty).ToDictionary(
                p => p.Key,
                p => (ReadOnlyMemory<byte>)p.Value,
                StringComparer.Ordinal
            )
        );

    private void Commit(ConnectorRecord record)
    {
        if (_stored is null)
        {
            _recordId = record.Id;
            _recordCreatedAt = record.CreatedAt;
            _ids++;
            _lost = null;
        }
        _stored = RecordParts.Encode(record);
        _counter++;
    }

    private void Apply(Change change, ConnectorRecord record)
    {
        switch (change)
        {
            case Change.CreateTicket ticket:
                _tickets.Add(ticket.Name);
                break;
            case Change.DeleteTicket ticket:
                _tickets.Remove(ticket.Name);
                break;
            case Change.CreatePod create when _isNextNameTaken:
                _isNextNameTaken = false;
                _pods[create.Pod.Name] = Foreign(create.Pod);
                break;
            case Change.CreatePod create when !_pods.ContainsKey(create.Pod.Name):
                Assert.True(
                    create.Pod.Ticket is null || _tickets.Contains(create.Pod.Ticket),
                    "a candidate pod without its ticket"
                );
                Create(create.Pod, record);
                break;
            case Change.DeletePod delete:
                Delete(delete.Name);
                break;
        }
    }

    /// <summary>Somebody else's pod, as a live read shows it after AlreadyExists.</summary>
    private Pod Foreign(PodDraft draft) =>
        new(
            draft,
            new ObservedPod
            {
                Name = draft.Name,
                Uid = "foreign",
                CreatedAt = Now,
            },
            Now,
            Now,
            new Behaviour()
        );

    private void Create(PodDraft draft, ConnectorRecord record)
    {
        var behaviour = Versions.GetValueOrDefault(draft.Revision.Sync.Image) ?? new Behaviour();
        var print = System.Text.Json.JsonSerializer.Deserialize(
            draft.Annotations[PodMarks.Fingerprint],
            RunJson.Default.Fingerprint
        )!;
        var startsAt = Now + TimeSpan.FromSeconds(1);
        _pods[draft.Name] = new Pod(
            draft,
            new ObservedPod
            {
                Name = draft.Name,
                Uid = draft.Name,
                CreatedAt = Now,
                Fingerprint = print,
                Phase = PodPhase.Pending,
            },
            startsAt,
            startsAt + behaviour.Duration,
            behaviour
        );
        var arm = draft.Labels[PodMarks.Arm] is "candidate" ? Arm.Candidate : Arm.Stable;
        var attempt =
            arm == Arm.Candidate
                ? int.Parse(draft.Labels[PodMarks.Attempt], System.Globalization.CultureInfo.InvariantCulture)
                : 0;
        var started = new Started(print, arm, attempt, Now, record.RunningAttempt?.Cohort ?? 0);
        Runs.Add(
            started with
            {
                File = System.Text.Json.JsonSerializer.Deserialize(
                    draft.Annotations[PodMarks.Run],
                    RunJson.Default.RunFile
                )!,
            }
        );
    }

    private void Delete(string name)
    {
        var pod = _pods[name];
        if (pod.Seen.Container is ContainerSight.Terminated)
        {
            _pods.Remove(name);
            return;
        }
        var last = pod.Seen.Container is ContainerSight.Running running
            ? new ContainerSight.Terminated(137, "Error", ReportOf(pod), running.StartedAt, Now)
            : pod.Seen.Container;
        _pods[name] = pod with { Seen = pod.Seen with { IsDeleting = true, IsGone = true, Container = last } };
    }

    private void AdvancePods()
    {
        foreach (var (name, pod) in _pods.ToList())
        {
            if (pod.Seen is { IsGone: true } or { Fingerprint: null } or { Container: ContainerSight.Terminated })
            {
                continue;
            }
            _pods[name] = pod with { Seen = StateAt(pod) };
        }
        // What is gone and folded is not seen again.
        foreach (var name in _pods.Where(p => p.Value.Seen.IsGone && !IsOpen(p.Value)).Select(p => p.Key).ToList())
        {
            _pods.Remove(name);
        }
    }

    private bool IsOpen(Pod pod) =>
        _stored is not null
        && Decode()
            .Plan(pod.Seen.Fingerprint!.Flow)
            .Occasions.Where(o => o.Id == pod.Seen.Fingerprint.Occasion)
            .SelectMany(o => o.Entries)
            .Any(e => e.Index == pod.Seen.Fingerprint.Index && e.Result is null);

    private ObservedPod StateAt(Pod pod)
    {
        if (!pod.Behaviour.CanStart)
        {
            return pod.Seen with { Container = new ContainerSight.Waiting("ImagePullBackOff", "no such image") };
        }
        if (Now < pod.StartsAt)
        {
            return pod.Seen;
        }
        if (Now < pod.EndsAt)
        {
            return pod.Seen with { Phase = PodPhase.Running, Container = new ContainerSight.Running(pod.StartsAt) };
        }
        var crashes = pod.Behaviour.CrashesAt is { } store && pod.Seen.Fingerprint!.Stores.Contains(store);
        var exitCode = crashes ? 134 : pod.Behaviour.ExitCode;
        return pod.Seen with
        {
            Phase = exitCode == 0 ? PodPhase.Succeeded : PodPhase.Failed,
            Container = new ContainerSight.Terminated(
                exitCode,
                exitCode == 0 ? "Completed" : "Error",
                ReportOf(pod),
                pod.StartsAt,
                pod.EndsAt
            ),
        };
    }

    private static string ReportOf(Behaviour behaviour, string store) =>
        store == behaviour.Skips ? "null"
        : behaviour.LockedOut.Contains(store) ? """{"ok":0,"failed":1,"e":{"a":1}}"""
        : store == behaviour.Fails ? $$$"""{"ok":0,"failed":5,"e":{"{{{behaviour.FailingClass}}}":5}}"""
        : $$"""{"ok":{{behaviour.Ok}},"failed":{{behaviour.Failed}}{{(behaviour.HasMore ? ",\"more\":true" : "")}}}""";

    private static string ReportOf(Pod pod, int most = int.MaxValue)
    {
        var behaviour = pod.Behaviour;
        if (behaviour.RawReport is { } raw)
        {
            return raw;
        }
        if (behaviour.IsSilent || behaviour.ExitCode != 0)
        {
            return "";
        }
        var reached = pod.Seen.Fingerprint!.Stores.TakeWhile(s => s != behaviour.CrashesAt).Take(most).ToList();
        var stores = reached.Select(s => ReportOf(behaviour, s));
        var also = behaviour.ReportsAlso is { } more ? $",{more}" : "";
        return $$"""{"v":1,"s":[{{string.Join(',', stores)}}]{{also}}}""";
    }
}
