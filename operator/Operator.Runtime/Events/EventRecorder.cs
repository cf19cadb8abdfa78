using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Prometheus;

namespace Operator.Runtime;

/// <summary>
/// Writes Events (events.k8s.io/v1). An equal event within ten minutes is only counted; the next event after that contains the
/// count. An object gets at most <see cref="MostPerObject"/> events in ten minutes, and besides them the first warning of each reason. A
/// failed write is logged and counted, and never stops the caller. Safe for concurrent use.
/// </summary>
public sealed class EventRecorder(
    IKubeApi api,
    string controller,
    string instance,
    TimeProvider time,
    IMetricFactory factory,
    ILogger logger
)
{
    public const int MostPerObject = 25;
    private const int MaxNoteBytes = 1024;
    private const int MaxReasonBytes = 128;
    private const int MaxReadableName = 180;

    private readonly EventAggregator _aggregator = new(time);
    private readonly string _instanceHash = Fnv1A(instance).ToString("x8", CultureInfo.InvariantCulture);
    private readonly Counter _events = factory.CreateCounter(
        "controller_events_total",
        "Events by result: written, suppressed or failed.",
        ["result"]
    );
    private long _sequence;

    public async Task TellAsync(EventSubject subject, string reason, string note, bool isWarning, CancellationToken ct)
    {
        var identity = new EventIdentity(subject.Uid, reason, note) { IsWarning = isWarning };
        if (_aggregator.Admit(identity) is not { } occurrences)
        {
            _events.WithLabels("suppressed").Inc();
            return;
        }
        try
        {
            var json = Write(subject, identity, occurrences);
            await api.CreateAsync(CoreTypes.Events, NamespaceOf(subject), json, ct);
            _events.WithLabels("written").Inc();
        }
        catch (Exception e)
            when (e
                    is KubeApiException
                        or NotLeadingException
                        or HttpRequestException
                        or TimeoutException
                        or IOException
            )
        {
            _aggregator.Forget(identity);
            _events.WithLabels("failed").Inc();
            EventLog.Failed(logger, subject.Key, reason, e.Message);
        }
    }

    private ReadOnlyMemory<byte> Write(EventSubject subject, EventIdentity identity, int occurrences)
    {
        var now = time.GetUtcNow()
            .UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        return JsonParts.Write(json =>
        {
            json.WriteString("apiVersion", "events.k8s.io/v1");
            json.WriteString("kind", "Event");
            json.WriteObject(
                "metadata",
                () =>
                {
                    json.WriteString("namespace", NamespaceOf(subject));
                    json.WriteString("name", NextName(subject));
                }
            );
            json.WriteString("eventTime", now);
            json.WriteString("type", identity.IsWarning ? "Warning" : "Normal");
            json.WriteString("reason", Utf8Text.Cut(identity.Reason, MaxReasonBytes));
            json.WriteString("action", Utf8Text.Cut(identity.Reason, MaxReasonBytes));
            json.WriteString("note", Utf8Text.Cut(identity.Note, MaxNoteBytes));
            json.WriteString("reportingController", controller);
            json.WriteString("reportingInstance", Utf8Text.Cut(instance, MaxReasonBytes));
            if (occurrences > 1)
            {
                json.WriteObject(
                    "series",
                    () =>
                    {
                        json.WriteNumber("count", occurrences);
                        json.WriteString("lastObservedTime", now);
                    }
                );
            }
            json.WriteObject("regarding", () => WriteRegarding(json, subject));
        });
    }

    private static void WriteRegarding(Utf8JsonWriter json, EventSubject subject)
    {
        json.WriteString("apiVersion", subject.ApiVersion);
        json.WriteString("kind", subject.Kind);
        json.WriteString("namespace", subject.Key.Namespace);
        json.WriteString("name", subject.Key.Name);
        json.WriteString("uid", subject.Uid);
    }

    /// <summary>The name is unique: the instance differs per recorder, the count per event, and the clock per restart.</summary>
    private string NextName(EventSubject subject)
    {
        var readable =
            subject.Key.Name.Length > MaxReadableName ? subject.Key.Name[..MaxReadableName] : subject.Key.Name;
        var (ticks, sequence) = (time.GetUtcNow().Ticks, Interlocked.Increment(ref _sequence));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{readable.TrimEnd('.', '-')}.{ticks:x}{_instanceHash}{sequence:x}"
        );
    }

    /// <summary>Events about cluster-wide objects are in the default namespace.</summary>
    private static string NamespaceOf(EventSubject subject) =>
        subject.Key.Namespace.Length > 0 ? subject.Key.Namespace : "default";

    private static uint Fnv1A(string text) => text.Aggregate(2166136261u, (hash, c) => (hash ^ c) * 16777619u);
}

/// <summary>The object that an Event is about.</summary>
public sealed record EventSubject(string ApiVersion, string Kind, ObjectKey Key, string Uid);

internal static partial class EventLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Cannot write event {Reason} about {Key}: {Why}")]
    public static partial void Failed(ILogger logger, ObjectKey key, string reason, string why);
}
