using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Prometheus;

namespace Operator.Runtime.Tests.Queue;

/// <summary>Compares the queue with <see cref="QueueModel"/> in virtual time: all operations give the same keys in the same order.</summary>
public sealed class KeyedQueueModelTests
{
    private static readonly Gen<ObjectKey> Key = Gen.Int[0, 4].Select(i => new ObjectKey("ns", $"k{i}"));
    private static readonly Gen<Lane> AnyLane = Gen.Bool.Select(b => b ? Lane.Fresh : Lane.Routine);

    private static readonly Gen<Step> AnyStep = Gen.Frequency(
        (4, Gen.Select(Key, AnyLane, (k, l) => (Step)new Step.Add(k, l))),
        (3, Gen.Select(Key, Gen.Int[0, 3000], (k, ms) => (Step)new Step.AddAfter(k, TimeSpan.FromMilliseconds(ms)))),
        (5, Gen.Const((Step)new Step.Take())),
        (3, Gen.Int[0, 9].Select(i => (Step)new Step.Succeed(i))),
        (2, Gen.Select(Gen.Int[0, 9], Gen.Int[0, 5], (i, s) => (Step)new Step.Fail(i, TimeSpan.FromSeconds(s)))),
        (4, Gen.Int[0, 4000].Select(ms => (Step)new Step.Pass(TimeSpan.FromMilliseconds(ms))))
    );

    private abstract record Step
    {
        public sealed record Add(ObjectKey Key, Lane Lane) : Step;

        public sealed record AddAfter(ObjectKey Key, TimeSpan Delay) : Step;

        public sealed record Take : Step;

        /// <summary>One of the keys in flight succeeds; its index is <paramref name="Which"/> modulo their number.</summary>
        public sealed record Succeed(int Which) : Step;

        public sealed record Fail(int Which, TimeSpan AtLeast) : Step;

        public sealed record Pass(TimeSpan Time) : Step;
    }

    [Fact]
    public void Any_run_of_operations_does_what_the_model_does() =>
        Gen.Select(AnyStep.List[1, 200], Gen.Double[0, 0.999])
            .Sample((steps, random) => new Pair(random).Run(steps), iter: 3000);

    /// <summary>Runs each step on the queue and on the model.</summary>
    private sealed class Pair(double random)
    {
        private readonly FakeTimeProvider _time = new();
        private readonly QueueModel _model = new();

        public void Run(IReadOnlyList<Step> steps)
        {
            var metrics = new QueueMetrics(Metrics.WithCustomRegistry(Metrics.NewCustomRegistry()), "test");
            using var queue = new KeyedQueue(_time, metrics, () => random);
            foreach (var step in steps)
            {
                Apply(queue, step);
                Assert.Equal(_model.OldestWaiting, queue.OldestWaiting);
                Assert.Equal(_model.LongestInFlight, queue.LongestInFlight);
            }
            Drain(queue);
        }

        private void Apply(KeyedQueue queue, Step step)
        {
            switch (step)
            {
                case Step.Add(var key, var lane):
                    queue.Add(key, lane);
                    _model.Add(key, lane);
                    break;
                case Step.AddAfter(var key, var delay):
                    queue.AddAfter(key, delay);
                    _model.AddAfter(key, delay);
                    break;
                case Step.Take:
                    Take(queue);
                    break;
                case Step.Succeed(var which) when Chosen(which) is { } key:
                    queue.Forget(key);
                    queue.Complete(key);
                    _model.Forget(key);
                    _model.Complete(key);
                    break;
                case Step.Fail(var which, var atLeast) when Chosen(which) is { } key:
                    queue.AddAfterFailure(key, atLeast);
                    queue.Complete(key);
                    _model.AddAfterFailure(key, atLeast, random);
                    _model.Complete(key);
                    break;
                case Step.Pass(var time):
                    _time.Advance(time);
                    _model.Pass(time);
                    break;
                default:
                    break;
            }
        }

        /// <summary>Takes one key. The queue has a ready key exactly when the model has one.</summary>
        private void Take(KeyedQueue queue)
        {
            using var stop = new CancellationTokenSource();
            var take = queue.TakeAsync(stop.Token);
            Assert.Equal(_model.Ready > 0, take.IsCompletedSuccessfully);
            if (take.IsCompletedSuccessfully)
            {
                Assert.Equal(_model.Take(), take.Result);
            }
            stop.Cancel();
        }

        /// <summary>Takes all keys that were added; each comes at the latest after the longest backoff.</summary>
        private void Drain(KeyedQueue queue)
        {
            for (var round = 0; !_model.IsIdle; round++)
            {
                Assert.True(round < 100, "the queue is never empty");
                while (_model.Ready > 0)
                {
                    Take(queue);
                }
                while (Chosen(0) is not null)
                {
                    Apply(queue, new Step.Succeed(0));
                }
                Apply(queue, new Step.Pass(TimeSpan.FromMinutes(5)));
            }
            Take(queue);
        }

        private ObjectKey? Chosen(int which) =>
            _model.InFlight.Count == 0 ? null : _model.InFlight[which % _model.InFlight.Count];
    }
}
