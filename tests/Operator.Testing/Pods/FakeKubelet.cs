using System.Text.Json.Nodes;
using Operator.Runtime;

namespace Operator.Testing;

/// <summary>
/// Scheduler and kubelet of the one node: takes every pod through its script in virtual time. A deleted pod that runs shows a
/// last MODIFIED with its ended container and report before it goes, as on real clusters. Pods are not restarted
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

    /// <summary>Whether the node works. While it does not, nothing starts, ends or goes; afterwards everything due happens.</summary>
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

    /// <summary>Changes the pod if it is still there.</summary>
    internal void Write(string uid, Action<JsonObject> change)
    {
        if (Find(uid) is not { } stored)
        {
            return;
        }
        var pod = stored.Thaw();
        var before = pod["status"]?.DeepClone();
        change(pod);
        // Whatever scheduler and kubelet do, they tell it in the status.
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
