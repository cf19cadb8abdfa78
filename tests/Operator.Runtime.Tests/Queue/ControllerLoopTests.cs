using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Operator.Testing;
using Prometheus;

namespace Operator.Runtime.Tests.Queue;

public sealed class ControllerLoopTests : IDisposable
{
    private static readonly ObjectKey A = new("ns", "a");
    private readonly VirtualTime _time = new();
    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly KeyedQueue _queue;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _term = new();
    private readonly List<TimeSpan> _calls = [];

    public ControllerLoopTests() =>
        _queue = new KeyedQueue(_time, new QueueMetrics(Metrics.WithCustomRegistry(_registry), "test"), () => 0.999999);

    public void Dispose()
    {
        _queue.Dispose();
        _stop.Dispose();
        _term.Dispose();
    }

    [Fact]
    public async Task Failures_back_off_and_are_counted_and_a_success_ends_them()
    {
        _time.Run(FailSometimesAsync);

        Assert.Equal([0.5, 1, 2, 30, 60], Gaps().Select(g => Math.Round(g.TotalSeconds, 1)));
        Assert.Equal(3, await CountAsync("controller_runtime_reconcile_errors_total"));
        Assert.Equal(3, await CountAsync("controller_runtime_reconcile_total", "result=\"error\""));
        Assert.Equal(1, await CountAsync("controller_runtime_reconcile_total", "result=\"requeue\""));
        Assert.Equal(1, await CountAsync("controller_runtime_reconcile_total", "result=\"requeue_after\""));
        Assert.Equal(1, await CountAsync("controller_runtime_terminal_reconcile_errors_total"));
    }

    private async Task FailSometimesAsync()
    {
        var outcomes = new Queue<Func<Outcome>>([
            () => throw new InvalidOperationException("boom"),
            () => throw new KubeApiException(HttpStatusCode.Conflict, "Conflict", "newer"),
            () => throw new OperationCanceledException("of something inside"),
            () =>
                throw new KubeApiException(HttpStatusCode.TooManyRequests, "", "busy")
                {
                    RetryAfter = TimeSpan.FromSeconds(30),
                },
            () => new Outcome.Again(TimeSpan.FromMinutes(1), "later"),
            () => new Outcome.Stuck("user"),
        ]);
        var run = Run((_, _) => Task.FromResult(outcomes.Dequeue()()));

        _queue.Add(A);
        await _time.UntilAsync(() => _calls.Count == 6);
        _stop.Cancel();
        await run;
    }

    [Fact]
    public void A_part_that_fails_backs_off_and_the_next_due_time_does_not_wait_for_it()
    {
        _time.Run(async () =>
        {
            var outcomes = new Queue<Outcome>([
                new Outcome.Failed("refused", After: null),
                new Outcome.Failed("refused", TimeSpan.FromMinutes(1)),
                new Outcome.Failed("refused", After: null) { AtLeast = TimeSpan.FromSeconds(9) },
                new Outcome.Failed("refused", TimeSpan.FromSeconds(3)),
                new Outcome.Done(),
            ]);
            var run = Run((_, _) => Task.FromResult(outcomes.Dequeue()));

            _queue.Add(A);
            await _time.UntilAsync(() => _calls.Count == 5);
            _stop.Cancel();
            await run;
        });

        Assert.Equal([0.5, 1, 9, 3], Gaps().Select(g => Math.Round(g.TotalSeconds, 1)));
    }

    [Fact]
    public void At_shutdown_work_in_flight_is_finished_and_nothing_new_is_begun() =>
        _time.Run(async () =>
        {
            var isFinished = false;
            var gate = new TaskCompletionSource();
            var run = Run(
                async (_, ct) =>
                {
                    await gate.Task.WaitAsync(ct);
                    isFinished = true;
                    return new Outcome.Done();
                }
            );
            _queue.Add(A);
            await _time.UntilAsync(() => _calls.Count == 1);

            _stop.Cancel();
            _queue.Add(new ObjectKey("ns", "b"));
            Assert.False(run.IsCompleted);
            gate.SetResult();
            await run;

            Assert.True(isFinished);
            Assert.Single(_calls);
        });

    [Fact]
    public void The_end_of_the_term_ends_work_in_flight_and_the_key_is_not_lost() =>
        _time.Run(async () =>
        {
            var run = Run(
                async (_, ct) =>
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, _time, ct);
                    return new Outcome.Done();
                }
            );
            _queue.Add(A);
            await _time.UntilAsync(() => _calls.Count == 1);

            _term.Cancel();
            await run;

            Assert.Equal(A, await _queue.TakeAsync(TestContext.Current.CancellationToken));
        });

    private Task Run(Func<ObjectKey, CancellationToken, Task<Outcome>> reconcile)
    {
        var metrics = new ControllerMetrics(Metrics.WithCustomRegistry(_registry), "test");
        var loop = new ControllerLoop(
            _queue,
            (key, ct) =>
            {
                _calls.Add(_time.Elapsed);
                return reconcile(key, ct);
            },
            metrics,
            new Strides(_time),
            _time,
            NullLogger.Instance
        );
        return loop.RunAsync(workers: 1, _stop.Token, _term.Token);
    }

    private IEnumerable<TimeSpan> Gaps() => _calls.Zip(_calls.Skip(1), (a, b) => b - a);

    private Task<double?> CountAsync(string name, params string[] labels) =>
        Transport.Scrape.ValueAsync(_registry, name, labels);
}
