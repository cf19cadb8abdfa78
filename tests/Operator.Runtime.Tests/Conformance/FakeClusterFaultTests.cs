using System.Net;
using Microsoft.Extensions.Time.Testing;
using Operator.Testing;

namespace Operator.Runtime.Tests.Conformance;

/// <summary>What only the fake can do: fail on demand, record every request, and kill a client.</summary>
public sealed class FakeClusterFaultTests : IDisposable
{
    private static readonly ObjectKey Key = new("shop", "a");
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, 700, TimeSpan.Zero));
    private readonly FakeCluster _cluster;
    private readonly FakeClient _api;

    public FakeClusterFaultTests()
    {
        _cluster = new FakeCluster(_time);
        _api = _cluster.Connect("operator");
    }

    public void Dispose() => _cluster.Dispose();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Task<KubeObject> CreateAsync(FakeClient api) =>
        api.CreateAsync(CoreTypes.ConfigMaps, "shop", Objects.ConfigMap("a").Bytes(), Ct);

    [Fact]
    public async Task A_fault_before_the_effect_leaves_the_store_alone()
    {
        _api.Faults.Next(Fault.Before(KubeErrors.ConnectionReset()));

        await Assert.ThrowsAsync<HttpRequestException>(() => CreateAsync(_api));

        Assert.Null(_cluster.Find(CoreTypes.ConfigMaps, Key));
        var entry = Assert.Single(_cluster.Journal.Entries);
        Assert.Null(entry.Status);
        Assert.Equal("HttpRequestException", entry.Fault);
    }

    [Fact]
    public async Task A_fault_after_the_effect_hides_that_it_was_done()
    {
        _api.Faults.Next(Fault.After(KubeErrors.Timeout()), r => r.Verb == KubeVerb.Create);

        await Assert.ThrowsAsync<TimeoutException>(() => CreateAsync(_api));

        Assert.NotNull(_cluster.Find(CoreTypes.ConfigMaps, Key));
        Assert.Equal(HttpStatusCode.Created, Assert.Single(_cluster.Journal.Writes).Status);
    }

    [Fact]
    public async Task A_fault_happens_once_and_a_rule_until_it_is_taken_away()
    {
        _api.Faults.Next(Fault.Before(KubeErrors.TooManyRequests(TimeSpan.FromSeconds(3))));
        var told = await Assert.ThrowsAsync<KubeApiException>(() => CreateAsync(_api));
        Assert.Equal(TimeSpan.FromSeconds(3), told.RetryAfter);
        await CreateAsync(_api);

        using (_api.Faults.Add(r => r.Number == 4 ? null : Fault.Before(KubeErrors.InternalError())))
        {
            await Assert.ThrowsAsync<KubeApiException>(() => _api.GetAsync(CoreTypes.ConfigMaps, Key, Ct));
            Assert.NotNull(await _api.GetAsync(CoreTypes.ConfigMaps, Key, Ct));
            await Assert.ThrowsAsync<KubeApiException>(() => _api.GetAsync(CoreTypes.ConfigMaps, Key, Ct));
        }
        Assert.NotNull(await _api.GetAsync(CoreTypes.ConfigMaps, Key, Ct));
    }

    [Fact]
    public async Task A_late_request_is_done_even_though_its_client_gave_up()
    {
        _api.Faults.Next(Fault.Late(TimeSpan.FromSeconds(20)));
        var create = CreateAsync(_api);

        _time.Advance(TimeSpan.FromSeconds(8));
        await Assert.ThrowsAsync<TimeoutException>(() => create);
        Assert.Null(_cluster.Find(CoreTypes.ConfigMaps, Key));

        _time.Advance(TimeSpan.FromSeconds(12));
        Assert.NotNull(_cluster.Find(CoreTypes.ConfigMaps, Key));
    }

    [Fact]
    public async Task A_slow_answer_arrives_in_its_time()
    {
        _api.Faults.Next(Fault.SlowAnswer(TimeSpan.FromSeconds(5)));
        var create = CreateAsync(_api);

        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.False(create.IsCompleted);
        Assert.NotNull(_cluster.Find(CoreTypes.ConfigMaps, Key));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("a", (await create).Name);
    }

    [Fact]
    public async Task A_lost_answer_ends_by_the_callers_token_too()
    {
        using var stop = new CancellationTokenSource();
        _api.Faults.Next(Fault.AnswerLost);
        var get = _api.GetAsync(CoreTypes.ConfigMaps, Key, stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => get);
    }

    [Fact]
    public async Task A_client_killed_after_a_call_has_done_it_and_does_nothing_more()
    {
        var other = _cluster.Connect("successor");
        _api.Faults.Next(Fault.KilledAfter);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => CreateAsync(_api));

        Assert.True(_api.IsDead);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _api.GetAsync(CoreTypes.ConfigMaps, Key, Ct));
        Assert.NotNull(await other.GetAsync(CoreTypes.ConfigMaps, Key, Ct));
        Assert.Equal(2, _cluster.Journal.Count);
    }

    [Fact]
    public async Task A_silently_killed_client_never_hears_again()
    {
        using var stop = new CancellationTokenSource();
        _api.Kill(isSilent: true);

        var get = _api.GetAsync(CoreTypes.ConfigMaps, Key, stop.Token);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.False(get.IsCompleted);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => get);
    }

    [Fact]
    public async Task The_servers_clock_is_told_in_whole_seconds_and_may_be_off()
    {
        Assert.Null(_api.Clock);
        _cluster.ClockSkew = TimeSpan.FromSeconds(-30);

        await CreateAsync(_api);

        Assert.Equal(new DateTimeOffset(2026, 3, 1, 11, 59, 30, TimeSpan.Zero), _api.Clock!.Server);
        Assert.Equal(_time.GetUtcNow(), _api.Clock.Ours);
        Assert.Equal(
            new DateTimeOffset(2026, 3, 1, 11, 59, 30, TimeSpan.Zero),
            _cluster.Find(CoreTypes.ConfigMaps, Key)!.CreationTimestamp
        );
    }

    [Fact]
    public async Task The_journal_tells_writes_from_reads_and_changes_from_repetitions()
    {
        var created = await CreateAsync(_api);
        var mark = _cluster.Journal.Count;
        await _api.GetAsync(CoreTypes.ConfigMaps, Key, Ct);
        await _api.ReplaceAsync(CoreTypes.ConfigMaps, Key, created.Copy().Bytes(), Ct);

        var since = _cluster.Journal.Since(mark);

        Assert.Equal([KubeVerb.Get, KubeVerb.Replace], since.Select(e => e.Request.Verb));
        Assert.False(since[1].HasChanged);
        Assert.True(_cluster.Journal.Writes[0].HasChanged);
        Assert.Equal(new ObjectKey("shop", "a"), _cluster.Journal.Writes[0].Request.Key);
    }

    [Fact]
    public async Task Every_change_is_told_with_who_made_it()
    {
        var changes = new List<ClusterChange>();
        _cluster.Changed = changes.Add;

        await CreateAsync(_api);
        _cluster.Edit(CoreTypes.ConfigMaps, Key, c => c["data"]!["value"] = "2");
        _cluster.Delete(CoreTypes.ConfigMaps, Key);

        Assert.Equal(
            ["operator", "user", "user"],
            changes.Where(c => c.Type == CoreTypes.ConfigMaps).Select(c => c.Actor)
        );
        Assert.Null(changes[^1].After);
    }

    [Fact]
    public async Task Admission_rules_refuse_with_403()
    {
        using (_cluster.Admission.Refuse(r => r.Key.Name == "a" ? "exceeded quota: few" : null))
        {
            var refused = await Assert.ThrowsAsync<KubeApiException>(() => CreateAsync(_api));
            Assert.True(refused.IsForbidden);
            Assert.Contains(
                "configmaps \"a\" is forbidden: exceeded quota: few",
                refused.Message,
                StringComparison.Ordinal
            );
        }
        await CreateAsync(_api);
    }

    [Fact]
    public async Task A_restored_cluster_is_as_it_was_with_the_versions_of_then()
    {
        var first = await CreateAsync(_api);
        var backup = _cluster.Snapshot();
        _cluster.Edit(CoreTypes.ConfigMaps, Key, c => c["data"]!["value"] = "2");

        _cluster.Restore(backup);

        var restored = await _api.GetAsync(CoreTypes.ConfigMaps, Key, Ct);
        Assert.Equal(first.ResourceVersion, restored!.ResourceVersion);
        Assert.Equal("1", restored.Text("data", "value"));
    }
}
