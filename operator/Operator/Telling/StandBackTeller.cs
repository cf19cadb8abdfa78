using System.Collections.Concurrent;
using Operator.Api;
using Operator.Gathering;
using Operator.Planning;
using Operator.Runtime;

namespace Operator.Telling;

/// <summary>
/// Tells that another operator is in charge of a connector: by a condition, and once for each such operator by an event and a log
/// line. Safe for concurrent use.
/// </summary>
internal sealed partial class StandBackTeller(
    StatusWriter statuses,
    EventRecorder events,
    OperatorMetrics metrics,
    ILogger<StandBackTeller> logger
)
{
    /// <summary>The operator in charge of each connector from which this one stands back, once it is in the log.</summary>
    private readonly ConcurrentDictionary<ObjectKey, string> _logged = new();

    /// <summary>The same, once it is told by an event.</summary>
    private readonly ConcurrentDictionary<ObjectKey, string> _told = new();

    /// <summary>Returns as <see cref="Teller.TellAsync"/>.</summary>
    public async Task<TimeSpan?> TellAsync(Gathered gathered, Plan plan, WritePass writes, CancellationToken ct)
    {
        var (connector, key) = (gathered.Seen.Connector, Kinds.KeyOf(gathered.Seen.Connector.Metadata));
        metrics.StandsBack(key);
        var other = gathered.Seen.Claim?.Operator ?? "";
        if (!_logged.TryGetValue(key, out var logged) || logged != other)
        {
            _logged[key] = other;
            Log.StandsBack(logger, key, plan.Because);
        }
        TimeSpan? rest = null;
        var isWritten = await writes.TryAsync(
            Kinds.StatusWrite(Kinds.Connectors, key.Name),
            async () => rest = await statuses.WriteAsync(connector, plan.ConnectorStatus, mayOwe: false, ct)
        );
        // The condition is the memory across restarts. Within one, it is told once, though the other operator drops it every hour.
        var isNews = !plan.ConnectorStatus.Conditions.SequenceEqual(connector.Status.Conditions);
        if (isWritten && isNews && (!_told.TryGetValue(key, out var told) || told != other))
        {
            _told[key] = other;
            var subject = new EventSubject(ApiGroup.ApiVersion, ApiGroup.ConnectorKind, key, connector.Metadata.Uid);
            foreach (var note in plan.Events)
            {
                await events.TellAsync(subject, note.Reason, note.Message, note.IsWarning, ct);
            }
        }
        return rest;
    }

    /// <summary>This operator is in charge of the connector, or the connector is gone.</summary>
    public void Forget(ObjectKey connector)
    {
        _logged.TryRemove(connector, out _);
        _told.TryRemove(connector, out _);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Not in charge of {Key}: {Why}")]
        public static partial void StandsBack(ILogger logger, ObjectKey key, string why);
    }
}
