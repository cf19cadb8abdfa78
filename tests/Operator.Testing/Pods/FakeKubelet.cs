using System.Text.Json.Nodes;
using Operator.Runtime;

namespace Operator.Testing;

/// <summary>
/// The scheduler and kubelet of one node. They run the script of every pod in virtual time. As on real clusters, a running pod
/// that is deleted sends a last MODIFIED event, with its ended container and report, before its removal. Pods never restart
/// (<c>restartPolicy: Never</c>).
/// </summary>
public sealed class FakeKubelet
{
    internal const string Name = "kubelet";
    private readonly ClusterState _state;
    private readonly Func<KubeObject, PodScript> _script;
    private readonly Dictionary<string, PodRun> _runs = [];
    private readonly Queue<Action> _postponed = new();

    internal FakeKubelet(ClusterState state, Func<KubeObject, PodScript> script)
    {
        _state = state;
        _script = script;
        _state.Seen += Seen;
        foreach (var pod in _state.Store.All(CoreTypes.Pods).ToList())
        {
            Add(pod);
        }
    }

    /// <summary>Whether the node is up. While it is down, the kubelet does nothing. Later it does all postponed steps.</summary>
    public bool IsUp { get; private set; } = true;

    public void Stop()
    {
        lock (_state.Gate)
        {
            IsUp = false;
        }
    }

    public void Start()
    {
        lock (_state.Gate)
        {
            IsUp = true;
            while (_postponed.TryDequeue(out var action))
            {
                _state.As(Name, action);
            }
        }
    }

    internal void WhenUp(Action action)
    {
        if (IsUp)
        {
            action();
        }
        else
        {
            _postponed.Enqueue(action);
        }
    }

    internal StoredObject? Find(string uid) => _state.Store.FindByUid(uid);

    /// <summary>Changes the pod if it still exists.</summary>
    internal void Write(string uid, Action<JsonObject> change)
    {
        if (Find(uid) is not { } stored)
        {
            return;
        }
        var pod = stored.Thaw();
        var before = pod["status"]?.DeepClone();
        change(pod);
        // Every step of the scheduler and the kubelet changes the status, so an equal status needs no write.
        if (!JsonNode.DeepEquals(pod["status"], before))
        {
            _state.Store.Save(stored.Kind, pod);
        }
    }

    private void Seen(StoredChange change)
    {
        if (change.Kind.Type == CoreTypes.Pods)
        {
            SeenPod(change);
        }
        else if (change.After is not null && change.Kind.Type.Plural is "configmaps" or "secrets")
        {
            foreach (var run in _runs.Values.Where(r => r.Namespace == change.Key.Namespace).ToList())
            {
                run.VolumesChanged();
            }
        }
    }

    private void SeenPod(StoredChange change)
    {
        if (change.After is not { } pod)
        {
            if (_runs.Remove(change.Before!.Uid, out var gone)) // a removal has a last state
            {
                gone.Cancel();
            }
        }
        else if (change.Before is null)
        {
            Add(pod);
        }
        else if (pod.DeletionTimestamp is not null && pod.DeletionTimestamp != change.Before.DeletionTimestamp)
        {
            var grace = pod.Json.Field("metadata", "deletionGracePeriodSeconds")?.GetInt64() ?? 0;
            _runs.GetValueOrDefault(pod.Uid)?.Stop(TimeSpan.FromSeconds(grace));
        }
    }

    private void Add(StoredObject pod)
    {
        var run = new PodRun(_state, this, pod.Key.Namespace, pod.Uid, _script(new KubeObject(pod.Json)));
        _runs[pod.Uid] = run;
        run.Begin();
    }
}
