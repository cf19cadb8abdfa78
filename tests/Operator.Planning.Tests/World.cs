using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Calendar;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Output;
using Operator.Planning.Record;
using Operator.Planning.Record.Encoding;
using Operator.Planning.Rollouts;
using Operator.Planning.Stores;
using Operator.Planning.Telling;

namespace Operator.Planning.Tests;

/// <summary>
/// A cluster in virtual time. It plans, commits (with the record's real encoding), applies changes and runs pods. Tests inject
/// faults: a crash between any two steps, lost records, deleted pods.
/// </summary>
public sealed partial class World
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private readonly WorldPods _pods = new();
    private ImmutableSortedDictionary<string, ReadOnlyMemory<byte>>? _stored;
    private string _recordId = "";
    private DateTimeOffset _recordCreatedAt;
    private long _counter;
    private int _ids;
    private int _uids;
    private bool _isNextNameTaken;

    public DateTimeOffset Now { get; set; } = Start;
    public bool IsClockSkewed { get; set; }

    /// <summary>What the program draws at random for each plan.</summary>
    public ulong Salt { get; set; } = 42;

    /// <summary>Refused pods by name, as the program remembers them.</summary>
    public ImmutableSortedDictionary<string, CreateRefusal> Refusals { get; set; } =
        ImmutableSortedDictionary.Create<string, CreateRefusal>(StringComparer.Ordinal);

    /// <summary>Why the API server refuses to create pods; null: it accepts them.</summary>
    public CreateRefusal? Refusal { get; set; }

    /// <summary>Problems of the connector, as the program finds them.</summary>
    public ImmutableArray<string> Findings { get; set; } = [];

    /// <summary>Checks the connector as the program does: its wrong parts stand still.</summary>
    public bool ChecksSpec { get; set; }

    /// <summary>Accounts that other connectors have, too.</summary>
    public ImmutableArray<AccountElsewhere> AccountsElsewhere { get; set; } = [];

    /// <summary>Why live reads fail. Null: they succeed.</summary>
    public string? LiveReadFailure { get; set; }

    /// <summary>Pods that can't be read live.</summary>
    public ImmutableHashSet<string> UnconfirmedPods { get; set; } = [];

    /// <summary>Since when the planning process runs. Null: unknown.</summary>
    public DateTimeOffset? PlanningSince { get; set; }
    public MarketplaceConnector Connector { get; set; } = A.Connector(Start);
    public RolloutSight Rollout { get; set; } = new RolloutSight.Missing();
    public ImmutableArray<StoreListSight> StoreLists { get; set; } = [];

    /// <summary>The existing actions, with the statuses that the operator wrote.</summary>
    public ImmutableArray<SyncAction> Actions { get; set; } = [];
    public Dictionary<string, Behaviour> Versions { get; } = new(StringComparer.Ordinal);

    /// <summary>Every started run: its fingerprint, arm and start time.</summary>
    public List<Started> Runs { get; } = [];
    public List<EventNote> Events { get; } = [];

    /// <summary>Every run that was folded.</summary>
    public List<RunEnded> Ended { get; } = [];
    public Plan Last { get; private set; } = new();
    public ConnectorRecord Record => Decode();
    public bool HasLivePods => _pods.All.Any(p => !PodIndex.HasEnded(p));

    /// <summary>One line for each started run, for the message of a failing test.</summary>
    public string Story =>
        string.Join(
            '\n',
            Runs.Select(r => $"{r.At:mm:ss} {r.Print.Occasion}/{r.Print.Index} {string.Join(',', r.Print.Stores)}")
        );
    public Attempt? Attempt => Record.RunningAttempt;

    /// <summary>What the judge knows of a flow in the running step.</summary>
    internal TrialSight Trial(string flow = "orders") => Rollouts.Trials.Find(Record, flow) ?? TrialSight.None;

    public sealed record Started(Fingerprint Print, Arm Arm, int Attempt, DateTimeOffset At, int CohortThen)
    {
        /// <summary>The input of the run.</summary>
        public RunFile File { get; init; } = new();
    }

    public void ShipImage(string image) =>
        Connector = Connector with { Spec = Connector.Spec with { Sync = Connector.Spec.Sync with { Image = image } } };

    /// <summary>Plans once. <paramref name="crashAfter"/> counts the calls that still succeed: the commit, then each change.</summary>
    public Plan Step(int crashAfter = int.MaxValue)
    {
        _pods.Advance(Now, isAwaited: IsOpen);
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

    /// <summary>Creates an action as a user would, and returns it as the API server shows it.</summary>
    public SyncAction Do(string name, ActionSpec spec)
    {
        var action = A.Action(name, spec, Now, $"{name}-{_uids++}");
        Actions = Actions.Add(action);
        return action;
    }

    public ActionStatus StatusOf(string name) => Actions.Last(a => a.Metadata.Name == name).Status;

    /// <summary>Writes the statuses, and tells the conditions that turned bad, as the program does.</summary>
    private void Tell(Plan plan)
    {
        var (before, after) = (Connector.Status.Conditions, plan.ConnectorStatus.Conditions);
        var told = plan.MustCommit ? plan.Events.Where(e => e.Target == EventTarget.Connector) : [];
        Events.AddRange(
            ConditionNews
                .Of(before, after, told)
                .Select(c => new EventNote(EventTarget.Connector, c.Reason, c.Message, IsWarning: true))
        );
        Connector = Connector with { Status = plan.ConnectorStatus };
        foreach (var (action, status) in plan.Actions)
        {
            Actions = Actions.Replace(action, action with { Status = status });
        }
        Actions = Actions.RemoveAll(a => plan.OutdatedActions.Any(o => o.Metadata.Uid == a.Metadata.Uid));
    }

    /// <summary>Plans once per second for the given time, or until the condition holds.</summary>
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
        _lost = keepParts ? _stored : ImmutableSortedDictionary<string, ReadOnlyMemory<byte>>.Empty;
        _stored = null;
    }

    /// <summary>A foreign pod takes the name of the next pod.</summary>
    public void OccupyNextName() => _isNextNameTaken = true;

    /// <summary>A user deletes every pod. Running pods have reported this number of stores; 0: their end is not seen.</summary>
    public void DeleteAllPods(int reported = 0) => _pods.LoseAll(Now, reported);

    /// <summary>Image ids by image, as the runtime reports them for containers that start from now on.</summary>
    public IDictionary<string, string> ImageIds => _pods.ImageIds;

    public ImmutableSortedDictionary<string, string?> ConfigMapValues { get; set; } =
        ImmutableSortedDictionary.Create<string, string?>(StringComparer.Ordinal);

    private static readonly ConnectorRules Rules = new(
        new ConnectorRuleOptions
        {
            ScheduleProblem = (schedule, zone) => Schedule.Problem(schedule, zone, TimeSpan.FromSeconds(1)),
        }
    );

    private SpecFaults Faults =>
        ChecksSpec
            ? SpecFaults.Of(Connector.Spec, Rules.Check(Connector)).Given(_stored is null ? null : Record)
            : new SpecFaults();

    public Observation Observe()
    {
        var faults = Faults;
        return new()
        {
            Now = Now,
            Connector = Connector,
            Rollout = Rollout,
            Record = Sight(),
            Pods = [.. _pods.All],
            Salt = Salt,
            StoreLists = StoreLists,
            ConfigMapValues = ConfigMapValues,
            Actions = Actions,
            IsClockSkewed = IsClockSkewed,
            ConnectorFindings = [.. Findings, .. faults.Whole],
            Wrong = faults.Parts,
            AccountsElsewhere = AccountsElsewhere,
            LiveReadFailure = LiveReadFailure,
            UnconfirmedPods = UnconfirmedPods,
            PlanningSince = PlanningSince,
            Refusals = Refusals,
        };
    }

    private ImmutableSortedDictionary<string, ReadOnlyMemory<byte>>? _lost;

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
        var books = RecordParts.Salvage(_lost.Where(p => RecordParts.OutlivesHead(p.Key)));
        return new RecordSight.Lost("its head is gone", id, Now, books.Revisions, books.Attempts)
        {
            Actions = books.Actions,
        };
    }

    private ConnectorRecord Decode() =>
        RecordParts.Decode(
            _recordId,
            _counter,
            _recordCreatedAt,
            _stored ?? ImmutableSortedDictionary<string, ReadOnlyMemory<byte>>.Empty
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
        var awaited = AwaitedPods.Names(Connector.Metadata.Name, record).ToHashSet(StringComparer.Ordinal);
        Refusals = Refusals.RemoveRange(Refusals.Keys.Where(p => !awaited.Contains(p)));
    }

    private void Apply(Change change, ConnectorRecord record)
    {
        switch (change)
        {
            case Change.CreatePod create when _isNextNameTaken:
                _isNextNameTaken = false;
                _pods.AddForeign(create.Pod.Name, Now);
                break;
            case Change.CreatePod create when WhyRefused is { } refusal:
                Refusals = Refusals.SetItem(create.Pod.Name, refusal);
                break;
            case Change.CreatePod create when !_pods.Has(create.Pod.Name):
                Refusals = Refusals.Remove(create.Pod.Name);
                Create(create.Pod, record);
                break;
            case Change.DeletePod delete:
                _pods.Delete(delete.Name, Now);
                break;
        }
    }

    private void Create(PodDraft draft, ConnectorRecord record)
    {
        var behaviour = Versions.GetValueOrDefault(draft.Revision.Sync.Image) ?? new Behaviour();
        var print = _pods.Create(draft, behaviour, Now);
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

    /// <summary>The entry of the run has no result yet.</summary>
    private bool IsOpen(Fingerprint print) =>
        _stored is not null
        && Decode()
            .Plan(print.Flow)
            .Occasions.Where(o => o.Id == print.Occasion)
            .SelectMany(o => o.Entries)
            .Any(e => e.Index == print.Index && e.Result is null);
}
