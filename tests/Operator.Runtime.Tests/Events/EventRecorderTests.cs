using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Operator.Testing;
using Prometheus;

namespace Operator.Runtime.Tests.Events;

public sealed class EventRecorderTests : IDisposable
{
    private static readonly EventSubject Subject = new(
        "example.io/v1",
        "Thing",
        new ObjectKey("shop", "thing"),
        "uid-1"
    );
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero));
    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly FakeCluster _cluster;
    private readonly FakeClient _api;
    private readonly EventRecorder _recorder;

    public EventRecorderTests()
    {
        _cluster = new FakeCluster(_time);
        _api = _cluster.Connect("operator");
        _recorder = Recorder("pod-1");
    }

    public void Dispose() => _cluster.Dispose();

    [Fact]
    public async Task An_event_says_what_happened_to_which_object()
    {
        await TellAsync("Promoted", "all is well");

        var told = Assert.Single(Told);
        Assert.Equal("all is well", Text(told, "note"));
        Assert.Equal("Promoted", Text(told, "reason"));
        Assert.Equal("Normal", Text(told, "type"));
        Assert.Equal("2026-01-05T09:00:00.000000Z", Text(told, "eventTime"));
        Assert.Equal("uid-1", told.Json.GetProperty("regarding").GetProperty("uid").GetString());
        Assert.False(told.Json.TryGetProperty("series", out _));
    }

    [Fact]
    public async Task The_same_event_within_ten_minutes_is_counted_and_told_with_the_next()
    {
        for (var i = 0; i < 5; i++)
        {
            await TellAsync("Failed", "again");
            _time.Advance(TimeSpan.FromMinutes(1));
        }
        Assert.Single(Told);

        _time.Advance(TimeSpan.FromMinutes(6));
        await TellAsync("Failed", "again");

        var series = Told[^1].Json.GetProperty("series");
        Assert.Equal((2, 5), (Told.Count, series.GetProperty("count").GetInt32()));
        Assert.Equal("2026-01-05T09:11:00.000000Z", series.GetProperty("lastObservedTime").GetString());
    }

    [Fact]
    public async Task Events_of_one_instant_and_of_two_replicas_have_names_of_their_own()
    {
        var other = Recorder("pod-2");
        for (var i = 0; i < 5; i++)
        {
            await TellAsync("Reason", $"note {i}");
            await other.TellAsync(
                Subject,
                "Reason",
                $"note {i}",
                isWarning: false,
                TestContext.Current.CancellationToken
            );
        }

        Assert.Equal(10, Told.Select(e => e.Name).Distinct().Count());
    }

    [Theory]
    [InlineData(240, "a")]
    [InlineData(179, "-.")]
    public async Task Long_names_of_objects_still_give_valid_ones(int length, string end)
    {
        var name = new string('x', length) + end + "zzz";

        await _recorder.TellAsync(
            Subject with
            {
                Key = new ObjectKey("shop", name),
            },
            "Reason",
            "note",
            isWarning: true,
            TestContext.Current.CancellationToken
        );

        Assert.Single(Told);
    }

    [Fact]
    public async Task A_long_note_is_cut_between_characters()
    {
        await TellAsync("Reason", new string('é', 400) + string.Concat(Enumerable.Repeat("🙂", 200)));

        var note = Text(Told.Single(), "note");
        Assert.Equal(1024, Encoding.UTF8.GetByteCount(note));
        Assert.EndsWith("🙂", note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_object_can_not_flood_the_cluster()
    {
        for (var i = 0; i < 100; i++)
        {
            await TellAsync("Reason", $"note {i}");
        }
        await _recorder.TellAsync(
            Subject with
            {
                Uid = "uid-2",
            },
            "Reason",
            "of another",
            isWarning: false,
            TestContext.Current.CancellationToken
        );
        Assert.Equal(EventRecorder.MostPerObject + 1, Told.Count);

        _time.Advance(TimeSpan.FromMinutes(10));
        await TellAsync("Reason", "later");
        Assert.Equal(EventRecorder.MostPerObject + 2, Told.Count);
    }

    /// <summary>Chatty events used up the object's budget, and the one that mattered was dropped (sky-uk/cassandra-operator 34).</summary>
    [Fact]
    public async Task Chatty_events_do_not_hide_a_warning()
    {
        for (var i = 0; i < 100; i++)
        {
            await TellAsync("RunNow", $"note {i}");
        }

        await WarnAsync("RecordLost", "the record is gone");

        Assert.Single(Told, e => Text(e, "reason") == "RecordLost");
    }

    [Fact]
    public async Task One_chatty_warning_does_not_hide_another_and_none_can_flood_the_cluster()
    {
        for (var i = 0; i < 100; i++)
        {
            await WarnAsync("RunsFailing", $"note {i}");
        }

        await WarnAsync("RecordLost", "the record is gone");
        for (var i = 0; i < 100; i++)
        {
            await WarnAsync("RecordLost", $"note {i}");
        }

        Assert.Single(Told, e => Text(e, "reason") == "RecordLost");
        Assert.Equal(EventRecorder.MostPerObject + 1, Told.Count);
    }

    [Fact]
    public async Task A_failure_is_counted_and_does_not_silence_the_next()
    {
        _api.Faults.Next(Fault.Before(KubeErrors.Forbidden()));
        await TellAsync("Reason", "note");
        Assert.Empty(Told);

        await TellAsync("Reason", "note");

        Assert.Single(Told);
        Assert.Equal(1, await Transport.Scrape.ValueAsync(_registry, "controller_events_total", "result=\"failed\""));
        Assert.Equal(1, await Transport.Scrape.ValueAsync(_registry, "controller_events_total", "result=\"written\""));
    }

    private IReadOnlyList<KubeObject> Told => [.. _cluster.All(CoreTypes.Events).OrderBy(e => e.CreationTimestamp)];

    private EventRecorder Recorder(string instance) =>
        new(_api, "example.io/controller", instance, _time, Metrics.WithCustomRegistry(_registry), NullLogger.Instance);

    private Task TellAsync(string reason, string note) =>
        _recorder.TellAsync(Subject, reason, note, isWarning: false, TestContext.Current.CancellationToken);

    private Task WarnAsync(string reason, string note) =>
        _recorder.TellAsync(Subject, reason, note, isWarning: true, TestContext.Current.CancellationToken);

    private static string Text(KubeObject item, string field) => item.Json.GetProperty(field).GetString() ?? "";
}
