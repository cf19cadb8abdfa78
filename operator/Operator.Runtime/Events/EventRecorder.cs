using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Operator.Runtime;

/// <summary>The object that an Event is about.</summary>
public sealed record EventSubject(string ApiVersion, string Kind, ObjectKey Key, string Uid);

/// <summary>
/// Writes Events (events.k8s.io/v1). The same one within ten minutes is left out, and a failure is logged and counted: telling
/// never stands in the way of doing.
/// </summary>
public sealed class EventRecorder(IKubeApi api, string controller, string instance, TimeProvider time, ILogger logger)
{
    private const int MaxNote = 1024;
    private const int MaxRemembered = 10_000;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);
    private readonly ConcurrentDictionary<(string Uid, string Reason, string Note), long> _told = new();

    public async Task TellAsync(EventSubject subject, string reason, string note, bool isWarning, CancellationToken ct)
    {
        var identity = (subject.Uid, reason, note);
        if (_told.TryGetValue(identity, out var at) && time.GetElapsedTime(at) < Window)
        {
            return;
        }
        if (_told.Count >= MaxRemembered)
        {
            _told.Clear();
        }
        _told[identity] = time.GetTimestamp();
        try
        {
            await api.CreateAsync(CoreTypes.Events, subject.Key.Namespace, Write(subject, reason, note, isWarning), ct);
        }
        catch (Exception e) when (e is KubeApiException or HttpRequestException or TimeoutException or IOException)
        {
            EventLog.Failed(logger, subject.Key, reason, e.Message);
        }
    }

    private byte[] Write(EventSubject subject, string reason, string note, bool isWarning)
    {
        var now = time.GetUtcNow();
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("apiVersion", "events.k8s.io/v1");
            json.WriteString("kind", "Event");
            json.WriteStartObject("metadata");
            json.WriteString("namespace", subject.Key.Namespace);
            json.WriteString(
                "name",
                string.Create(CultureInfo.InvariantCulture, $"{Shorten(subject.Key.Name, 200)}.{now.Ticks:x}")
            );
            json.WriteEndObject();
            json.WriteString(
                "eventTime",
                now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture)
            );
            json.WriteString("type", isWarning ? "Warning" : "Normal");
            json.WriteString("reason", Shorten(reason, 128));
            json.WriteString("action", Shorten(reason, 128));
            json.WriteString("note", Shorten(note, MaxNote));
            json.WriteString("reportingController", controller);
            json.WriteString("reportingInstance", Shorten(instance, 128));
            json.WriteStartObject("regarding");
            json.WriteString("apiVersion", subject.ApiVersion);
            json.WriteString("kind", subject.Kind);
            json.WriteString("namespace", subject.Key.Namespace);
            json.WriteString("name", subject.Key.Name);
            json.WriteString("uid", subject.Uid);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    private static string Shorten(string text, int most) => text.Length > most ? text[..most] : text;
}

internal static partial class EventLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Event {Reason} about {Key} could not be written: {Why}")]
    public static partial void Failed(ILogger logger, ObjectKey key, string reason, string why);
}
