namespace Operator.Testing;

/// <summary>Runs the script of one pod. Used under the cluster's lock.</summary>
internal sealed class PodRun(ClusterState state, FakeKubelet kubelet, string ns, string uid, PodScript script)
{
    private const string Scheduler = "scheduler";
    private static readonly TimeSpan ToRemoval = TimeSpan.FromMilliseconds(100);
    private readonly PodLife _life = new(script);
    private readonly List<Agenda.Entry> _scheduled = [];
    private DateTimeOffset? _startedAt;
    private TimeSpan _startedElapsed;
    private PodState? _end;
    private bool _isWaitingForVolumes;

    public string Uid => uid;
    public string Namespace => ns;

    public void Begin()
    {
        if (script.ScheduledAfter is { } delay)
        {
            state.Later(delay, Scheduler, Schedule);
        }
        else
        {
            state.Later(TimeSpan.Zero, Scheduler, () => Tell(new PodState.Unschedulable()));
        }
    }

    /// <summary>Called when a ConfigMap or Secret of the namespace is written.</summary>
    public void VolumesChanged()
    {
        if (_isWaitingForVolumes)
        {
            _isWaitingForVolumes = false;
            Plan(TimeSpan.Zero, Start);
        }
    }

    /// <summary>Ends the container within the grace period, then removes the pod.</summary>
    public void Stop(TimeSpan grace)
    {
        if (_end is not null)
        {
            StopSidecars(grace);
            return;
        }
        Cancel();
        if (_startedAt is null)
        {
            Plan(ToRemoval, Remove);
            return;
        }
        Plan(
            _life.StopsAfter(grace),
            () =>
            {
                var ran = state.Agenda.Elapsed - _startedElapsed;
                End(_life.Stopped(grace, ran, _startedAt.Value, state.ServerNow));
                Plan(ToRemoval, Remove);
            }
        );
    }

    /// <summary>The worker has ended and sidecars may still run: a deletion stops them, too.</summary>
    private void StopSidecars(TimeSpan grace)
    {
        if (_end is { } end && kubelet.Find(uid) is { } pod && !PodStatus.HasEnded(pod))
        {
            Plan(
                _life.StopsAfter(grace),
                () =>
                {
                    Tell(end);
                    Plan(ToRemoval, Remove);
                }
            );
        }
    }

    /// <summary>Cancels all planned steps.</summary>
    public void Cancel()
    {
        _isWaitingForVolumes = false;
        _scheduled.ForEach(e => e.Cancel());
        _scheduled.Clear();
    }

    private void Schedule()
    {
        if (kubelet.Find(uid) is not { DeletionTimestamp: null })
        {
            return;
        }
        kubelet.Write(uid, pod => PodStatus.Schedule(pod, state.ServerNow));
        Plan(TimeSpan.Zero, Accept);
    }

    private void Accept()
    {
        if (script.Rejection is { } rejection)
        {
            End(PodLife.Rejected(rejection));
            return;
        }
        kubelet.Write(uid, pod => PodStatus.Accept(pod, state.ServerNow));
        if (kubelet.Find(uid)?.Json.Field("spec", "activeDeadlineSeconds")?.GetInt64() is { } deadline)
        {
            Plan(TimeSpan.FromSeconds(deadline), PassDeadline);
        }
        if (script.IsImageMissing)
        {
            var image = PodStatus.WorkerOf(kubelet.Find(uid)?.Json.GetProperty("spec").ToNode()).Text("image");
            Plan(script.StartsAfter, () => Tell(PodLife.WithoutImage(image)));
        }
        else
        {
            Plan(script.StartsAfter, Start);
        }
    }

    private void Start()
    {
        if (kubelet.Find(uid) is not { } pod)
        {
            return;
        }
        var spec = pod.Json.GetProperty("spec").ToNode();
        if (PodNeeds.MissingVolume(spec, ns, state.Store) is not null)
        {
            _isWaitingForVolumes = true;
            return;
        }
        if (PodNeeds.MissingVariable(spec, ns, state.Store) is { } why)
        {
            _isWaitingForVolumes = true;
            Tell(new PodState.Waiting("CreateContainerConfigError", why));
            return;
        }
        _startedAt = state.ServerNow;
        _startedElapsed = state.Agenda.Elapsed;
        Tell(new PodState.Running(_startedAt.Value));
        if (script.RunsFor is { } time)
        {
            Plan(time, Finish);
        }
    }

    private void Finish()
    {
        if (script.End == PodEnd.EvictedWhileRunning)
        {
            Tell(PodLife.Evicting);
            Plan(PodLife.ToEvict, () => End(_life.Ended(_startedAt!.Value, state.ServerNow))); // it runs
            return;
        }
        Cancel();
        var last = _life.Ended(_startedAt!.Value, state.ServerNow); // it runs
        _end = last;
        Plan(script.NewsAfter, () => Tell(last));
    }

    private void PassDeadline()
    {
        if (_end is null)
        {
            End(PodLife.Overdue);
        }
    }

    private void End(PodState last)
    {
        Cancel();
        _end = last;
        Tell(last);
    }

    private void Tell(PodState told) => kubelet.Write(uid, pod => PodStatus.Write(pod, told, state.ServerNow));

    private void Remove()
    {
        if (kubelet.Find(uid) is { } pod)
        {
            state.Deletions.Begin(pod, TimeSpan.Zero);
        }
    }

    private void Plan(TimeSpan delay, Action action)
    {
        Agenda.Entry? entry = null;
        void IfStillPlanned()
        {
            if (entry is { IsCancelled: false })
            {
                action();
            }
        }
        entry = state.Later(delay, FakeKubelet.Name, () => kubelet.WhenUp(IfStillPlanned));
        _scheduled.Add(entry);
    }
}
