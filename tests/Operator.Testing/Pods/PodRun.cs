using System.Text.Json.Nodes;

namespace Operator.Testing;

/// <summary>One pod on its way through its script. Used under the cluster's lock.</summary>
internal sealed class PodRun(ClusterState state, FakeKubelet kubelet, string ns, string uid, PodScript script)
{
    private const string Scheduler = "scheduler";
    private static readonly TimeSpan ToRemoval = TimeSpan.FromMilliseconds(100);
    private readonly List<Agenda.Entry> _scheduled = [];
    private DateTimeOffset? _startedAt;
    private TimeSpan _startedElapsed;
    private bool _hasEnded;
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
            state.Later(
                TimeSpan.Zero,
                Scheduler,
                () => kubelet.Write(uid, pod => PodStatus.Unschedulable(pod, state.ServerNow))
            );
        }
    }

    /// <summary>A ConfigMap or Secret appeared.</summary>
    public void VolumesChanged()
    {
        if (_isWaitingForVolumes)
        {
            _isWaitingForVolumes = false;
            Plan(TimeSpan.Zero, Start);
        }
    }

    /// <summary>The pod is to end within its grace period.</summary>
    public void Stop(TimeSpan grace)
    {
        if (_hasEnded)
        {
            return;
        }
        Cancel();
        if (_startedAt is null)
        {
            Plan(ToRemoval, Remove);
            return;
        }
        var isObeyed = script.StopsAfter <= grace;
        var delay = isObeyed ? script.StopsAfter!.Value : grace; // obeyed, so there is one
        Plan(
            delay,
            () =>
            {
                var ran = state.Agenda.Elapsed - _startedElapsed;
                var code = isObeyed ? script.StopExitCode : 137;
                End(code, code == 0 ? "Completed" : "Error", script.MessageAfter?.Invoke(ran) ?? "");
                Plan(ToRemoval, Remove);
            }
        );
    }

    /// <summary>The pod is gone: whatever was planned is void.</summary>
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
        kubelet.Write(uid, pod => PodStatus.Accept(pod, state.ServerNow));
        if (kubelet.Find(uid)?.Json.Field("spec", "activeDeadlineSeconds")?.GetInt64() is { } deadline)
        {
            Plan(TimeSpan.FromSeconds(deadline), PassDeadline);
        }
        if (script.IsImageMissing)
        {
            Plan(script.StartsAfter, () => kubelet.Write(uid, MissImage));
        }
        else
        {
            Plan(script.StartsAfter, Start);
        }
    }

    private static void MissImage(JsonObject pod)
    {
        var image = pod["spec"]?["containers"]?[0].Text("image");
        PodStatus.Wait(pod, "ImagePullBackOff", $"Back-off pulling image \"{image}\"");
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
            kubelet.Write(uid, p => PodStatus.Wait(p, "CreateContainerConfigError", why));
            return;
        }
        _startedAt = state.ServerNow;
        _startedElapsed = state.Agenda.Elapsed;
        kubelet.Write(uid, p => PodStatus.Run(p, _startedAt.Value));
        if (script.RunsFor is { } time)
        {
            Plan(time, Finish);
        }
    }

    private void Finish()
    {
        switch (script.End)
        {
            case PodEnd.OutOfMemory:
                End(137, "OOMKilled", script.Message);
                break;
            case PodEnd.Evicted:
                GiveUp("Evicted", "The node was low on resource: memory.", keepsContainers: false);
                break;
            default:
                End(script.ExitCode, script.ExitCode == 0 ? "Completed" : "Error", script.Message);
                break;
        }
    }

    /// <summary>As 1.20 does it: Failed at once, and the container's state says "running" for ever.</summary>
    private void PassDeadline()
    {
        if (!_hasEnded)
        {
            GiveUp(
                "DeadlineExceeded",
                "Pod was active on the node longer than the specified deadline",
                keepsContainers: true
            );
        }
    }

    private void GiveUp(string reason, string message, bool keepsContainers)
    {
        Cancel();
        _hasEnded = true;
        kubelet.Write(uid, pod => PodStatus.GiveUp(pod, reason, message, keepsContainers));
    }

    private void End(int exitCode, string reason, string message)
    {
        Cancel();
        _hasEnded = true;
        var ended = new PodTermination(exitCode, reason, message, _startedAt!.Value, state.ServerNow); // only what started ends
        kubelet.Write(uid, pod => PodStatus.Terminate(pod, ended));
    }

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
