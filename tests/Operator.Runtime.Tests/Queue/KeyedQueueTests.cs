using System.Collections.Concurrent;
using Operator.Testing;
using Prometheus;

namespace Operator.Runtime.Tests.Queue;

public sealed class KeyedQueueTests : IDisposable
{
    private static readonly ObjectKey A = new("ns", "a");
    private readonly VirtualTime _time = new();
    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly KeyedQueue _queue;

    public KeyedQueueTests() => _queue = NewQueue(_time);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _queue.Dispose();

    [Fact]
    public void Backoff_doubles_from_half_a_second_to_15_seconds_and_is_forgotten_on_success() =>
        _time.Run(async () =>
        {
            var delays = new List<double>();
            for (var i = 0; i < 8; i++)
            {
                delays.Add(await FailAsync());
            }
            _queue.Forget(A);

            Assert.Equal([0.5, 1, 2, 4, 8, 15, 15, 15], delays);
            Assert.Equal(0.5, await FailAsync());
        });

    [Fact]
    public async Task A_new_key_overtakes_any_number_of_routine_ones()
    {
        for (var i = 0; i < 1000; i++)
        {
            _queue.Add(new ObjectKey("ns", $"resync-{i}"), Lane.Routine);
        }
        _queue.Add(A);

        var taken = new[] { await _queue.TakeAsync(Stop), await _queue.TakeAsync(Stop) };

        Assert.Contains(A, taken);
    }

    [Fact]
    public async Task Routine_keys_are_served_under_a_flood_of_new_ones()
    {
        _queue.Add(A, Lane.Routine);
        for (var i = 0; i < 1000; i++)
        {
            _queue.Add(new ObjectKey("ns", $"new-{i}"));
        }

        var taken = new[] { await _queue.TakeAsync(Stop), await _queue.TakeAsync(Stop) };

        Assert.Contains(A, taken);
    }

    [Fact]
    public async Task A_delay_beyond_what_timers_can_do_is_kept()
    {
        _queue.AddAfter(A, TimeSpan.MaxValue);
        _queue.AddAfter(A, TimeSpan.FromDays(100));

        _time.Advance(TimeSpan.FromDays(99));
        Assert.Equal(TimeSpan.Zero, _queue.OldestWaiting);
        _time.Advance(TimeSpan.FromDays(2));

        Assert.Equal(A, await _queue.TakeAsync(Stop));
    }

    [Fact]
    public void A_disposed_queue_takes_nothing_in_and_does_not_fail()
    {
        _queue.AddAfter(A, TimeSpan.FromSeconds(1));
        _queue.Dispose();

        _queue.Add(A);
        _queue.AddAfter(A, TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(TimeSpan.Zero, _queue.OldestWaiting);
    }

    [Fact]
    public async Task Metrics_tell_ages_as_of_when_they_are_read()
    {
        var b = new ObjectKey("ns", "b");
        _queue.Add(A);
        _queue.Add(b);
        await _queue.TakeAsync(Stop);
        _time.Advance(TimeSpan.FromSeconds(7));
        _queue.RefreshMetrics();

        Assert.Equal(7, await Transport.Scrape.ValueAsync(_registry, "workqueue_oldest_item_age_seconds"));
        Assert.Equal(7, await Transport.Scrape.ValueAsync(_registry, "workqueue_longest_running_processor_seconds"));
        Assert.Equal(7, await Transport.Scrape.ValueAsync(_registry, "workqueue_unfinished_work_seconds"));
        Assert.Equal(1, await Transport.Scrape.ValueAsync(_registry, "workqueue_depth"));
        Assert.Equal(2, await Transport.Scrape.ValueAsync(_registry, "workqueue_adds_total"));
    }

    [Fact]
    public async Task Under_threads_no_key_has_two_workers_and_nothing_asked_for_is_lost()
    {
        const int Keys = 40;
        const int Requests = 40_000;
        using var queue = NewQueue(TimeProvider.System);
        var asked = new int[Keys];
        var seen = new int[Keys];
        var workers = new int[Keys];
        var broken = new ConcurrentQueue<string>();
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Stop);

        void Ask(int i)
        {
            var key = i * 7 % Keys;
            Interlocked.Increment(ref asked[key]);
            var name = new ObjectKey("ns", $"{key}");
            switch (i % 5)
            {
                case 0:
                    queue.AddAfter(name, TimeSpan.FromMilliseconds(i % 3));
                    break;
                case 1:
                    queue.Add(name, Lane.Routine);
                    break;
                default:
                    queue.Add(name);
                    break;
            }
        }

        async Task WorkAsync()
        {
            while (!done.IsCancellationRequested)
            {
                var name = await queue.TakeAsync(done.Token);
                var key = int.Parse(name.Name, System.Globalization.CultureInfo.InvariantCulture);
                if (Interlocked.Increment(ref workers[key]) != 1)
                {
                    broken.Enqueue($"two workers on {key}");
                }
                Volatile.Write(ref seen[key], Volatile.Read(ref asked[key]));
                await Task.Yield();
                Interlocked.Decrement(ref workers[key]);
                queue.Complete(name);
                if (Enumerable.Range(0, Keys).Sum(k => Volatile.Read(ref seen[k])) == Requests)
                {
                    await done.CancelAsync();
                }
            }
        }

        var work = Enumerable.Range(0, 8).Select(_ => Task.Run(WorkAsync, Stop)).ToList();
        Parallel.For(0, Requests, Ask);

        var all = Task.WhenAll(work);
        await Task.WhenAny(all, Task.Delay(TimeSpan.FromMinutes(2), Stop));
        Assert.Equal(asked, seen);
        Assert.Empty(broken);
    }

    private KeyedQueue NewQueue(TimeProvider time) =>
        new(time, new QueueMetrics(Metrics.WithCustomRegistry(_registry), "test"), () => 0.999999);

    /// <summary>Reports one failure of the key; returns after how many seconds the queue gives the key again.</summary>
    private async Task<double> FailAsync()
    {
        _queue.AddAfterFailure(A);
        var start = _time.GetUtcNow();
        _queue.Complete(await _queue.TakeAsync(Stop));
        return Math.Round((_time.GetUtcNow() - start).TotalSeconds, 1);
    }
}
