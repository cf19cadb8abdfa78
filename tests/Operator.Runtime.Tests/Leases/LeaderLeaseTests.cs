using Microsoft.Extensions.Logging;
using Operator.Testing;

namespace Operator.Runtime.Tests.Leases;

public sealed class LeaderLeaseTests : IDisposable
{
    private static readonly TimeSpan Takeover = TimeSpan.FromSeconds(20);
    private readonly VirtualTime _time = new();
    private readonly FakeCluster _cluster;
    private readonly OneLeader _watch;
    private readonly Replica _a;
    private readonly Replica _b;

    public LeaderLeaseTests()
    {
        _cluster = new FakeCluster(_time);
        _watch = new OneLeader(_cluster);
        _a = new Replica(_cluster, _time, "a");
        // The clock of this replica is one hour off; this must not matter.
        _b = new Replica(_cluster, _time, "b", TimeSpan.FromHours(1));
    }

    public void Dispose()
    {
        Assert.Empty(_watch.Violations);
        _a.Dispose();
        _b.Dispose();
        _cluster.Dispose();
    }

    [Fact]
    public void One_leads_and_the_other_waits_until_the_lease_is_released() =>
        Story(
            async () =>
            {
                await StartBothAsync();
                await PassAsync(60);
                Assert.False(_b.Lease.IsLeading);

                _a.Stop();
                await _time.UntilAsync(() => _b.Lease.IsLeading);

                Assert.True(_a.Run.IsCompletedSuccessfully);
                Assert.Equal(1, Field("leaseTransitions").GetInt32());
            },
            within: TimeSpan.FromSeconds(65)
        );

    [Fact]
    public void A_leader_that_dies_is_replaced_within_twenty_seconds() =>
        Story(
            async () =>
            {
                await StartBothAsync();
                _a.Client.Kill(isSilent: true);

                await _time.UntilAsync(() => _b.Lease.IsLeading);
            },
            within: Takeover
        );

    [Fact]
    public void Network_errors_shorter_than_the_deadline_cost_nothing() =>
        Story(async () =>
        {
            await StartBothAsync();
            using (_a.Client.Faults.Add(_ => Fault.Before(KubeErrors.ConnectionReset())))
            {
                await PassAsync(7);
            }
            await PassAsync(60);

            Assert.True(_a.Lease.IsLeading);
            Assert.Equal(["a"], _watch.Spells);
        });

    [Fact]
    public void A_request_that_hangs_does_not_cost_the_lease() =>
        Story(async () =>
        {
            await StartBothAsync();
            _a.Client.Faults.Next(Fault.Lost, r => r.Type == CoreTypes.Leases);
            await PassAsync(60);

            Assert.Equal(["a"], _watch.Spells);
        });

    [Fact]
    public void A_leader_that_can_not_renew_stops_before_the_other_begins_and_ends() =>
        Story(
            async () =>
            {
                await StartBothAsync();
                // The worst case: the replica can write everything except the lease.
                _a.Client.Faults.Add(r =>
                    r.Type == CoreTypes.Leases ? Fault.Before(KubeErrors.ConnectionReset()) : null
                );

                await _a.Run;
                Assert.False(_b.Lease.IsLeading);
                await _time.UntilAsync(() => _b.Lease.IsLeading);

                Assert.Equal(
                    1,
                    await CountAsync(_a, "leader_election_failures_total", "reason=\"unreachable\"") > 1 ? 1 : 0
                );
                Assert.Equal(0, await CountAsync(_a, "leader_election_master_status"));
                Assert.Equal(1, await CountAsync(_b, "leader_election_master_status"));
            },
            within: Takeover + TimeSpan.FromSeconds(10)
        );

    [Fact]
    public void A_renewal_whose_answer_is_lost_counts_when_it_is_found_done() =>
        Story(async () =>
        {
            await StartBothAsync();
            _a.Client.Faults.Next(
                3,
                _ => Fault.After(KubeErrors.Timeout()),
                r => r.Type == CoreTypes.Leases && r.Verb == KubeVerb.Replace
            );
            await PassAsync(60);

            Assert.Equal(["a"], _watch.Spells);
        });

    [Theory]
    [InlineData(16)]
    [InlineData(600)]
    public void A_process_that_was_stopped_past_its_lease_writes_nothing_when_it_wakes(int seconds) =>
        Story(async () =>
        {
            await StartBothAsync();
            _a.Time.Stop();
            await PassAsync(seconds);
            Assert.True(_b.Lease.IsLeading || seconds < 20);
            var written = WritesOf("a");

            _a.Time.Continue();
            await _a.Run;

            Assert.Equal(written, WritesOf("a"));
            Assert.Equal(1, _a.RefusedWrites);
        });

    [Fact]
    public void A_process_that_was_stopped_for_a_moment_goes_on() =>
        Story(async () =>
        {
            await StartBothAsync();
            _a.Time.Stop();
            await PassAsync(5);
            _a.Time.Continue();
            await PassAsync(60);

            Assert.Equal(["a"], _watch.Spells);
        });

    [Fact]
    public void A_lease_that_somebody_deletes_stays_with_its_holder() =>
        Story(async () =>
        {
            await StartBothAsync();
            for (var i = 0; i < 10; i++)
            {
                _cluster.Delete(CoreTypes.Leases, Replica.Key);
                await PassAsync(7);
            }

            Assert.Equal("a", OneLeader.HolderOf(_cluster));
            Assert.Equal(["a"], _watch.Spells);
        });

    [Fact]
    public void What_others_wrote_on_the_lease_is_kept() =>
        Story(async () =>
        {
            await StartBothAsync();
            _cluster.Edit(
                CoreTypes.Leases,
                Replica.Key,
                lease => lease["metadata"]!["labels"] = new System.Text.Json.Nodes.JsonObject { ["team"] = "x" }
            );
            await PassAsync(60);

            Assert.Equal("x", _cluster.Find(CoreTypes.Leases, Replica.Key)?.Label("team"));
            Assert.Equal(["a"], _watch.Spells);
        });

    [Fact]
    public void A_missing_right_is_told_once_counted_and_survived() =>
        Story(async () =>
        {
            using (_a.Client.Faults.Add(_ => Fault.Before(KubeErrors.Forbidden())))
            {
                _a.Start();
                await PassAsync(60);
            }
            await _time.UntilAsync(() => _a.Lease.IsLeading);

            Assert.Single(
                _a.Log.Lines,
                l => l.Level == LogLevel.Error && l.Text.Contains("service account", StringComparison.Ordinal)
            );
            Assert.InRange(await CountAsync(_a, "leader_election_failures_total", "reason=\"forbidden\"") ?? 0, 55, 65);
        });

    [Fact]
    public void Work_that_ends_or_fails_gives_the_lease_back() =>
        Story(
            async () =>
            {
                _a.Lead = _ => throw new InvalidOperationException("boom");
                await Assert.ThrowsAsync<InvalidOperationException>(() => _a.Start().Run);
                Assert.Equal("", OneLeader.HolderOf(_cluster));

                _b.Lead = _ => Task.CompletedTask;
                await _b.Start().Run;
                Assert.Equal("", OneLeader.HolderOf(_cluster));
            },
            within: TimeSpan.FromSeconds(1)
        );

    [Fact]
    public void A_late_answer_to_the_first_request_shortens_the_term() =>
        Story(async () =>
        {
            _a.Client.Faults.Next(Fault.SlowAnswer(TimeSpan.FromSeconds(4)), r => r.Verb == KubeVerb.Create);
            var sentAt = _time.GetUtcNow();
            _a.Client.Faults.Add(r => r.Verb == KubeVerb.Replace ? Fault.Before(KubeErrors.ConnectionReset()) : null);

            await _a.Start().Run;

            Assert.InRange(_time.GetUtcNow() - sentAt, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(13));
        });

    [Theory]
    [InlineData(15, 15, 2)]
    [InlineData(15, 10, 10)]
    [InlineData(15.5, 10, 2)]
    [InlineData(15, 10, 0)]
    public void Times_that_do_not_fit_are_refused(double duration, double deadline, double period)
    {
        var options = new LeaderLeaseOptions
        {
            Key = Replica.Key,
            Identity = "a",
            Duration = TimeSpan.FromSeconds(duration),
            RenewDeadline = TimeSpan.FromSeconds(deadline),
            RetryPeriod = TimeSpan.FromSeconds(period),
        };

        Assert.Throws<InvalidOperationException>(() =>
            new LeaderLease(
                new(_a.Client, _a.Client),
                options,
                _time,
                Prometheus.Metrics.WithCustomRegistry(_a.Registry),
                _a.Log
            )
        );
    }

    private void Story(Func<Task> story, TimeSpan? within = null) => _time.Run(story, within);

    private async Task StartBothAsync()
    {
        _a.Start();
        await _time.UntilAsync(() => _a.Lease.IsLeading);
        _b.Start();
    }

    private Task PassAsync(double seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), _time);

    private int WritesOf(string name) =>
        _cluster.All(CoreTypes.ConfigMaps).Count(c => c.Name.StartsWith(name, StringComparison.Ordinal));

    private System.Text.Json.JsonElement Field(string name) =>
        _cluster.Find(CoreTypes.Leases, Replica.Key)!.Json.GetProperty("spec").GetProperty(name);

    private static Task<double?> CountAsync(Replica replica, string name, params string[] labels) =>
        Transport.Scrape.ValueAsync(replica.Registry, name, labels);
}
