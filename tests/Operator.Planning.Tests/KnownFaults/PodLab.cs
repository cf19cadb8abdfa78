using System.Collections.Immutable;
using System.Text.Json;
using Operator.Api;
using Operator.Planning.Calendar;
using Operator.Planning.Drafts;
using Operator.Planning.Explaining;
using Operator.Planning.Facts;
using Operator.Planning.Output;
using Operator.Planning.Record;
using Operator.Planning.Record.Encoding;
using Operator.Testing;

namespace Operator.Planning.Tests.KnownFaults;

/// <summary>A cluster in virtual time. The test decides the state of its pods in each second.</summary>
internal sealed class PodLab
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private readonly Dictionary<string, PodDraft> _drafts = new(StringComparer.Ordinal);
    private ImmutableSortedDictionary<string, ReadOnlyMemory<byte>>? _stored;
    private string _id = "lab0";
    private DateTimeOffset _createdAt;
    private long _counter;
    private int _uids;

    public PodLab(int stores, Func<Flow, Flow>? flow = null)
    {
        var usual = new Flow
        {
            Name = "orders",
            Schedule = "*/5 * * * *",
            MaxStoresPerRun = 10,
        };
        Connector = A.Connector(Noon, stores).With(flow is null ? usual : flow(usual));
        Life = (pod, _) => Ordinary(pod, TimeSpan.FromSeconds(20));
    }

    public DateTimeOffset Now { get; private set; } = Noon;
    public MarketplaceConnector Connector { get; set; }
    public RolloutSight Rollout { get; set; } = new RolloutSight.Missing();

    /// <summary>Since when the planning process runs. Null: unknown.</summary>
    public DateTimeOffset? PlanningSince { get; set; }
    public ImmutableSortedDictionary<string, DateTimeOffset> UnansweredCreates { get; set; } =
        ImmutableSortedDictionary.Create<string, DateTimeOffset>(StringComparer.Ordinal);

    /// <summary>Why the API server refuses the pod; null: it creates it.</summary>
    public Func<PodDraft, CreateRefusal?> Admit { get; set; } = _ => null;
    public ImmutableSortedDictionary<string, CreateRefusal> Refusals { get; private set; } =
        ImmutableSortedDictionary.Create<string, CreateRefusal>(StringComparer.Ordinal);
    public Dictionary<string, ObservedPod> Pods { get; } = new(StringComparer.Ordinal);
    public List<(DateTimeOffset At, PodDraft Draft, Fingerprint Print)> Created { get; } = [];
    public List<RunEnded> Ended { get; } = [];
    public List<EventNote> Events { get; } = [];
    public Plan Last { get; private set; } = new();

    /// <summary>Returns the present state of a pod. Default: the pod starts after 1 s, runs for 20 s and succeeds.</summary>
    public Func<ObservedPod, PodDraft, ObservedPod> Life { get; set; }

    /// <summary>False: the node does not answer, so a deletion only marks the pod.</summary>
    public bool DeletedIsSeenByKubelet { get; set; } = true;

    /// <summary>The last state of a pod that is deleted before its end is seen; null: the deletion kills the pod.</summary>
    public Func<ObservedPod, ObservedPod>? LastState { get; set; }

    /// <summary>True: a foreign finalizer keeps deleted pods.</summary>
    public bool HoldsDeletedPods { get; set; }

    /// <summary>The finalizer's owner wakes up.</summary>
    public void ReleaseHeldPods()
    {
        HoldsDeletedPods = false;
        foreach (var held in Pods.Values.Where(HeldPods.IsHeld).ToList())
        {
            Pods.Remove(held.Name);
        }
    }

    public ConnectorRecord Record =>
        RecordParts.Decode(
            _id,
            _counter,
            _createdAt,
            _stored ?? ImmutableSortedDictionary<string, ReadOnlyMemory<byte>>.Empty
        );

    public FlowPlan Flow => Record.Plan("orders");

    public DateTimeOffset NextSlot => Schedule.Of(Connector.Spec.Flows[0]).Next(Now)!.Value; // the schedules of these tests have no end

    public Condition Ready => Last.ConnectorStatus.Conditions.First(c => c.Type == ConditionTypes.Ready);

    public static string Report(int stores) => WorkerReport.Of(Enumerable.Repeat(WorkerReport.Store(10), stores));

    public ImmutableArray<Entry> EntriesOf(DateTimeOffset slot) => Flow.Occasions.Last(o => o.Slot == slot).Entries;

    /// <summary>What a user is told of the store's newest due time.</summary>
    public SlotAnswer NewestSlotOf(string store) =>
        Explanations
            .Answer(
                new StoreQuestion
                {
                    Connector = Connector,
                    Record = Record,
                    Store = store,
                    Now = Now,
                }
            )
            .Flows[0]
            .Slots[^1];

    /// <summary>A pod that starts after 1 s and succeeds after the given duration.</summary>
    public ObservedPod Ordinary(ObservedPod pod, TimeSpan duration)
    {
        if (pod.Container is ContainerSight.Terminated || pod.IsGone)
        {
            return pod;
        }
        var script = PodScript.Succeeds(Report(pod.Fingerprint!.Stores.Length)); // all pods here have one
        return pod.Show(new PodLife(script with { RunsFor = duration }).At(Now, pod.CreatedAt, image: null));
    }

    public void RunTo(DateTimeOffset end, int stepSeconds = 1)
    {
        for (; Now < end; Now = Now.AddSeconds(stepSeconds))
        {
            Step();
        }
    }

    public void Run(TimeSpan time, int stepSeconds = 1) => RunTo(Now + time, stepSeconds);

    private void Step()
    {
        foreach (var (name, pod) in Pods.Where(p => !p.Value.IsGone).ToList())
        {
            Pods[name] = Life(pod, _drafts[name]);
        }
        Last = Planner.Plan(Observe());
        if (Last.MustCommit)
        {
            Commit();
        }
        foreach (var change in Last.Changes)
        {
            if (change is Change.CreatePod { Pod: var draft } && !Pods.ContainsKey(draft.Name))
            {
                var refusal = Admit(draft);
                Refusals = refusal is null ? Refusals.Remove(draft.Name) : Refusals.SetItem(draft.Name, refusal);
                if (refusal is null)
                {
                    Create(draft);
                }
            }
            else if (change is Change.DeletePod delete && Pods.TryGetValue(delete.Name, out var pod))
            {
                Delete(pod);
            }
        }
    }

    private Observation Observe() =>
        new()
        {
            Now = Now,
            Connector = Connector,
            Rollout = Rollout,
            Record = _stored is null ? new RecordSight.Fresh(_id, Now) : new RecordSight.Found(Record),
            Pods = [.. Pods.Values],
            Salt = 42,
            PlanningSince = PlanningSince,
            UnansweredCreates = UnansweredCreates,
            Refusals = Refusals,
        };

    private void Commit()
    {
        _createdAt = Last.Record.CreatedAt;
        _id = Last.Record.Id;
        _stored = RecordParts.Encode(Last.Record);
        _counter++;
        Ended.AddRange(Last.Folded);
        Events.AddRange(Last.Events);
        foreach (var name in AwaitedPods.Settled(Connector.Metadata, Record, [.. Pods.Values]))
        {
            Pods.Remove(name);
        }
    }

    private void Create(PodDraft draft)
    {
        var print = JsonSerializer.Deserialize(draft.Annotations[PodMarks.Fingerprint], RunJson.Default.Fingerprint)!; // every draft has one
        Created.Add((Now, draft, print));
        _drafts[draft.Name] = draft;
        Pods[draft.Name] = new ObservedPod
        {
            Name = draft.Name,
            Uid = $"u{_uids++}",
            CreatedAt = Now,
            Fingerprint = print,
            OwnerUid = Connector.Metadata.Uid,
            Phase = PodPhase.Pending,
        };
    }

    private void Delete(ObservedPod pod)
    {
        if (HoldsDeletedPods || !DeletedIsSeenByKubelet)
        {
            Pods[pod.Name] = pod with
            {
                IsDeleting = true,
                EndAskedAt = Now,
                Finalizers = HoldsDeletedPods ? "example.com/keep" : null,
            };
        }
        else if (pod.Container is ContainerSight.Terminated)
        {
            Pods.Remove(pod.Name);
        }
        else
        {
            Pods[pod.Name] = LastState?.Invoke(pod) ?? Killed(pod);
        }
    }

    private ObservedPod Killed(ObservedPod pod)
    {
        var gone = pod with { IsDeleting = true, IsGone = true };
        if (pod.Container is not ContainerSight.Running(var startedAt))
        {
            return gone;
        }
        var life = new PodLife(new PodScript { StopsAfter = null });
        var last = life.Stopped(TimeSpan.Zero, Now - startedAt, startedAt, Now);
        return gone with { Container = gone.Show(last).Container };
    }
}
