using Operator.Gathering;
using Operator.Planning.Facts;
using Operator.Runtime;

namespace Operator.Tests;

/// <summary>At the limit of finished pods the oldest of all connectors give way.</summary>
public sealed class FinishedPodsTests
{
    private const int Most = 40;
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private readonly FinishedPods _pods = new(Most);

    [Fact]
    public void Below_the_limit_nothing_gives_way()
    {
        var told = Enumerable.Range(0, Most - 1).SelectMany(i => Finish($"c{i % 4}", i)).ToList();

        Assert.Empty(told);
        Assert.False(Seen.IsAtFinishedPodsCap);
        Assert.Null(Seen.PruneUpTo);
    }

    [Fact]
    public void At_the_limit_the_oldest_quarter_gives_way_whomever_it_belongs_to()
    {
        // The pods of c0 are the youngest, those of c3 the oldest.
        var told = Enumerable.Range(0, Most).SelectMany(i => Finish($"c{i / 10}", Most - i)).ToList();

        Assert.True(Seen.IsAtFinishedPodsCap);
        Assert.Equal(Noon.AddSeconds(10), Seen.PruneUpTo);
        Assert.Equal([Key("c3")], told);
    }

    [Fact]
    public void Pods_that_go_make_room_and_the_limit_never_goes_back()
    {
        foreach (var i in Enumerable.Range(0, Most))
        {
            Finish("c", i);
        }
        var upTo = Seen.PruneUpTo;

        foreach (var i in Enumerable.Range(0, 10))
        {
            _pods.Note(Key("c"), Pod(i, PodPhase.Succeeded), after: null);
        }

        Assert.False(Seen.IsAtFinishedPodsCap);
        Assert.Equal(upTo, Seen.PruneUpTo);
        Assert.Empty(Finish("c", -5));
        Assert.Equal(upTo, Seen.PruneUpTo);
    }

    [Fact]
    public void Pods_that_only_a_finalizer_of_others_keeps_do_not_count()
    {
        foreach (var i in Enumerable.Range(0, Most))
        {
            Finish("c", i);
        }
        Assert.True(Seen.IsAtFinishedPodsCap);

        var held = Pod(0, PodPhase.Succeeded) with { IsDeleting = true, Finalizers = "example.com/keep" };
        _pods.Note(Key("c"), Pod(0, PodPhase.Succeeded), held);

        Assert.False(Seen.IsAtFinishedPodsCap);
        Assert.False(Seen.IsFullOfUnfoldedPods);
        // A restart lists it as it is.
        _pods.Note(Key("d"), before: null, held);
        Assert.False(Seen.IsAtFinishedPodsCap);
    }

    [Fact]
    public void Only_pods_that_no_record_has_folded_leave_no_room_for_runs()
    {
        foreach (var i in Enumerable.Range(0, Most))
        {
            Finish("c", i);
        }
        Assert.True(Seen.IsFullOfUnfoldedPods);

        _pods.Planned(Key("c"), [Pod(1, PodPhase.Succeeded).Name]);
        Assert.False(Seen.IsFullOfUnfoldedPods);

        _pods.Planned(Key("c"), Enumerable.Range(0, Most).Select(i => Pod(i, PodPhase.Succeeded).Name));
        Assert.True(Seen.IsFullOfUnfoldedPods);
    }

    [Fact]
    public void Pods_that_had_finished_before_the_operator_came_stop_no_run()
    {
        foreach (var i in Enumerable.Range(0, Most * 2))
        {
            _pods.Note(Key("c"), before: null, Pod(i, PodPhase.Failed));
        }

        Assert.True(Seen.IsAtFinishedPodsCap);
        Assert.False(Seen.IsFullOfUnfoldedPods);
    }

    private enum Step
    {
        Start,
        Finish,
        Leave,
        Plan,
    }

    [Fact]
    public void Whatever_happens_the_counts_are_those_of_the_pods_that_are_there()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var (random, pods) = (new Random(seed), new FinishedPods(most: 8));
            var model = new Dictionary<(int Connector, int Pod), (PodPhase Phase, bool IsUnfolded)>();
            for (var i = 0; i < 100; i++)
            {
                Take(pods, model, (Step)random.Next(4), (random.Next(3), random.Next(10)));
                var finished = model.Values.Where(p => p.Phase == PodPhase.Succeeded).ToList();
                Assert.True(
                    finished.Count >= 8 == pods.AddTo(new Observation()).IsAtFinishedPodsCap,
                    $"seed {seed}, step {i}"
                );
                Assert.True(
                    finished.Count(p => p.IsUnfolded) >= 8 == pods.AddTo(new Observation()).IsFullOfUnfoldedPods,
                    $"seed {seed}, step {i}"
                );
            }
        }
    }

    private static void Take(
        FinishedPods pods,
        Dictionary<(int Connector, int Pod), (PodPhase Phase, bool IsUnfolded)> model,
        Step step,
        (int Connector, int Pod) key
    )
    {
        var connector = Key($"c{key.Connector}");
        var before = model.TryGetValue(key, out var known) ? Pod(key.Pod, known.Phase) : null;
        switch (step)
        {
            case Step.Start when before is null:
                model[key] = (PodPhase.Running, false);
                pods.Note(connector, before, Pod(key.Pod, PodPhase.Running));
                break;
            case Step.Finish:
                model[key] = (PodPhase.Succeeded, known.IsUnfolded || before is { Phase: PodPhase.Running });
                pods.Note(connector, before, Pod(key.Pod, PodPhase.Succeeded));
                break;
            case Step.Leave when before is not null:
                model.Remove(key);
                pods.Note(connector, before, after: null);
                break;
            case Step.Plan:
                foreach (var pod in model.Keys.Where(k => k.Connector == key.Connector).ToList())
                {
                    model[pod] = model[pod] with
                    {
                        IsUnfolded = pod.Pod < key.Pod && model[pod].Phase != PodPhase.Running,
                    };
                }
                pods.Planned(connector, Enumerable.Range(0, key.Pod).Select(i => Pod(i, PodPhase.Succeeded).Name));
                break;
        }
    }

    private Observation Seen => _pods.AddTo(new Observation());

    private IReadOnlyList<ObjectKey> Finish(string connector, int second) =>
        _pods.Note(Key(connector), Pod(second, PodPhase.Running), Pod(second, PodPhase.Succeeded));

    private static ObservedPod Pod(int second, PodPhase phase) =>
        new()
        {
            Name = $"pod{second}",
            CreatedAt = Noon.AddSeconds(second),
            Phase = phase,
        };

    private static ObjectKey Key(string connector) => new("shop", connector);
}
