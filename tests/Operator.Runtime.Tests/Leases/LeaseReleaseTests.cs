using Operator.Testing;

namespace Operator.Runtime.Tests.Leases;

/// <summary>The end of a term at shutdown: first the work, then the release, then the process.</summary>
public sealed class LeaseReleaseTests : IDisposable
{
    private readonly VirtualTime _time = new();
    private readonly FakeCluster _cluster;
    private readonly OneLeader _watch;
    private readonly Replica _a;
    private readonly Replica _b;

    public LeaseReleaseTests()
    {
        _cluster = new FakeCluster(_time);
        _watch = new OneLeader(_cluster);
        _a = new Replica(_cluster, _time, "a");
        _b = new Replica(_cluster, _time, "b");
    }

    public void Dispose()
    {
        Assert.Empty(_watch.Violations);
        _a.Dispose();
        _b.Dispose();
        _cluster.Dispose();
    }

    [Fact]
    public void At_shutdown_work_in_flight_may_write_for_the_drain_time_and_no_longer() =>
        Story(async () =>
        {
            DateTimeOffset? endedAt = null;
            _a.Lead = async term =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, _a.Time, term.Ended)
                    .ContinueWith(_ => { }, TaskScheduler.FromCurrentSynchronizationContext());
                endedAt = _time.GetUtcNow();
            };
            _a.Start();
            await _time.UntilAsync(() => _a.Lease.IsLeading);
            var stoppedAt = _time.GetUtcNow();
            _a.Stop();
            await PassAsync(14);
            Assert.True(_a.Lease.IsLeading);
            await _a.Run;

            Assert.Equal(TimeSpan.FromSeconds(15), endedAt - stoppedAt);
            Assert.Equal("", OneLeader.HolderOf(_cluster));
        });

    [Fact]
    public void After_work_was_cut_off_the_lease_is_released_when_no_late_write_can_arrive_any_more() =>
        Story(async () =>
        {
            DateTimeOffset? cutOffAt = null;
            _a.Lead = async term =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, _a.Time, term.Ended)
                    .ContinueWith(_ => { }, TaskScheduler.FromCurrentSynchronizationContext());
                cutOffAt = _time.GetUtcNow();
            };
            await StartBothAsync();
            _a.Stop();
            await _time.UntilAsync(() => _b.Lease.IsLeading);

            var options = new LeaderLeaseOptions { Key = Replica.Key, Identity = "a" };
            Assert.InRange(
                _time.GetUtcNow() - cutOffAt!.Value, // the work ended
                options.LongestWrite,
                options.LongestWrite + options.LookPeriod
            );
        });

    [Fact]
    public void A_release_needs_nothing_of_the_usual_connection() =>
        Story(
            async () =>
            {
                _a.Lead = UntilStoppedAsync;
                await StartBothAsync();
                await PassAsync(5);
                _a.Client.Faults.Add(_ => Fault.Lost);
                // A renewal hangs in the broken connection when the stop comes.
                await PassAsync(2);
                var stoppedAt = _time.GetUtcNow();
                _a.Stop();
                await _time.UntilAsync(() => _b.Lease.IsLeading);

                Assert.InRange(_time.GetUtcNow() - stoppedAt, TimeSpan.Zero, TimeSpan.FromSeconds(1.5));
                Assert.True(_a.Run.IsCompletedSuccessfully);
            },
            within: TimeSpan.FromSeconds(20)
        );

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_release_that_fails_is_tried_again(bool isExecuted) =>
        Story(
            async () =>
            {
                _a.Lead = UntilStoppedAsync;
                await StartBothAsync();
                var lost = isExecuted
                    ? Fault.After(KubeErrors.ConnectionReset())
                    : Fault.Before(KubeErrors.ConnectionReset());
                _a.ReleaseClient.Faults.Next(2, _ => lost, r => r.IsWrite);
                _a.Stop();
                await _time.UntilAsync(() => _b.Lease.IsLeading);
            },
            within: TimeSpan.FromSeconds(5)
        );

    [Fact]
    public void A_release_that_can_not_be_done_ends_after_its_own_time() =>
        Story(async () =>
        {
            _a.Lead = UntilStoppedAsync;
            await StartBothAsync();
            _a.ReleaseClient.Faults.Add(_ => Fault.Lost);
            var stoppedAt = _time.GetUtcNow();
            _a.Stop();
            await _a.Run;

            Assert.InRange(_time.GetUtcNow() - stoppedAt, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(7));
        });

    [Fact]
    public void A_lease_that_was_taken_when_the_stop_came_is_released() =>
        Story(async () =>
        {
            _a.Client.Faults.Next(Fault.SlowAnswer(TimeSpan.FromSeconds(3)), r => r.Verb == KubeVerb.Create);
            _a.Start();
            await PassAsync(1);
            Assert.Equal("a", OneLeader.HolderOf(_cluster));
            _a.Stop();
            await _a.Run.ContinueWith(_ => { }, TaskScheduler.FromCurrentSynchronizationContext());

            Assert.Equal("", OneLeader.HolderOf(_cluster));
        });

    /// <summary>Work that ends by itself at a stop.</summary>
    private Task UntilStoppedAsync(LeadershipTerm term) =>
        Task.Delay(Timeout.InfiniteTimeSpan, _time, term.Stopping)
            .ContinueWith(_ => { }, TaskScheduler.FromCurrentSynchronizationContext());

    private void Story(Func<Task> story, TimeSpan? within = null) => _time.Run(story, within);

    private async Task StartBothAsync()
    {
        _a.Start();
        await _time.UntilAsync(() => _a.Lease.IsLeading);
        _b.Start();
    }

    private Task PassAsync(double seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), _time);
}
