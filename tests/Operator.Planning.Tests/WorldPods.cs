using System.Text.Json;
using Operator.Planning.Facts;
using Operator.Planning.Output;
using Operator.Testing;

namespace Operator.Planning.Tests;

/// <summary>
/// The pods of a <see cref="World"/>, as planning sees them, with the states of <see cref="PodLife"/>. A world has no time
/// between its steps, so a deleted pod is gone at once, with its last state.
/// </summary>
internal sealed class WorldPods
{
    private readonly Dictionary<string, Pod> _pods = new(StringComparer.Ordinal);

    /// <summary>The image ids that the runtime reports, by image. An image without one has no known id.</summary>
    public Dictionary<string, string> ImageIds { get; } = new(StringComparer.Ordinal);

    public IEnumerable<ObservedPod> All => _pods.Values.Select(p => p.Seen);

    private sealed record Pod(ObservedPod Seen, Behaviour Behaviour, string Image, PodLife Life);

    public bool Has(string name) => _pods.ContainsKey(name);

    /// <summary>Takes the pods of another world, as they are now.</summary>
    public void TakeFrom(WorldPods other)
    {
        foreach (var (name, pod) in other._pods)
        {
            _pods[name] = pod;
        }
    }

    public Fingerprint Create(PodDraft draft, Behaviour behaviour, DateTimeOffset now)
    {
        var print = JsonSerializer.Deserialize(draft.Annotations[PodMarks.Fingerprint], RunJson.Default.Fingerprint)!; // every draft has one
        var seen = new ObservedPod
        {
            Name = draft.Name,
            Uid = draft.Name,
            CreatedAt = now,
            AcceptedAt = now,
            Fingerprint = print,
            Phase = PodPhase.Pending,
        };
        var life = new PodLife(behaviour.ScriptFor(print.Stores));
        _pods[draft.Name] = new Pod(seen, behaviour, draft.Revision.Sync.Image, life);
        return print;
    }

    /// <summary>Adds a foreign pod, as a live read shows it after AlreadyExists.</summary>
    public void AddForeign(string name, DateTimeOffset now) =>
        _pods[name] = new Pod(
            new ObservedPod
            {
                Name = name,
                Uid = "foreign",
                CreatedAt = now,
            },
            new Behaviour(),
            Image: "",
            new PodLife(new PodScript())
        );

    public void Delete(string name, DateTimeOffset now)
    {
        var pod = _pods[name];
        if (pod.Seen.Container is ContainerSight.Terminated)
        {
            _pods.Remove(name);
            return;
        }
        _pods[name] = pod with { Seen = LastState(pod.Seen, pod.Life, now) with { IsDeleting = true } };
    }

    /// <summary>A user deletes every pod. Running pods have reported this number of stores; 0: their end is not seen.</summary>
    public void LoseAll(DateTimeOffset now, int reported)
    {
        foreach (var (name, pod) in _pods.ToList())
        {
            var life =
                reported > 0 && pod.Seen.Fingerprint is { } print
                    ? new PodLife(pod.Behaviour.StoppedScriptFor(print.Stores, reported))
                    : null;
            _pods[name] = pod with { Seen = LastState(pod.Seen, life, now) };
        }
    }

    /// <summary>Updates the pods to now. A gone pod stays visible while it is awaited.</summary>
    public void Advance(DateTimeOffset now, Func<Fingerprint, bool> isAwaited)
    {
        foreach (var (name, pod) in _pods.ToList())
        {
            if (pod.Seen is { IsGone: true } or { Fingerprint: null } or { Container: ContainerSight.Terminated })
            {
                continue;
            }
            var seen = pod.Seen.Show(pod.Life.At(now, pod.Seen.CreatedAt, pod.Image));
            var imageId = seen.Container is ContainerSight.Waiting ? null : ImageIds.GetValueOrDefault(pod.Image);
            _pods[name] = pod with { Seen = seen with { ImageId = pod.Seen.ImageId ?? imageId } };
        }
        foreach (var (name, pod) in _pods.Where(p => p.Value.Seen.IsGone).ToList())
        {
            if (pod.Seen.Fingerprint is not { } print || !isAwaited(print))
            {
                _pods.Remove(name);
            }
        }
    }

    /// <summary>The last state of a gone pod. A running container is stopped; with a null life its end is not seen.</summary>
    private static ObservedPod LastState(ObservedPod pod, PodLife? life, DateTimeOffset now)
    {
        var gone = pod with { IsGone = true };
        if (life is null || pod.Container is not ContainerSight.Running(var startedAt))
        {
            return gone;
        }
        var ended = life.Stopped(TimeSpan.Zero, now - startedAt, startedAt, now);
        return gone with { Container = gone.Show(ended).Container };
    }
}
