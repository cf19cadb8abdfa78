using Microsoft.Extensions.Logging;
using Prometheus;

namespace Operator.Runtime;

/// <summary>Services that all informers share. <paramref name="Random"/> returns numbers from 0 (inclusive) to 1.</summary>
public sealed record InformerServices(TimeProvider Time, ILogger Logger, InformerMetrics Metrics, Func<double> Random);

public sealed class InformerMetrics(IMetricFactory factory)
{
    private readonly Counter _relists = factory.CreateCounter(
        "informer_relists_total",
        "Lists after the first, by kind and reason: expired, restored, broken or asked.",
        ["kind", "reason"]
    );

    private readonly Counter _resumes = factory.CreateCounter(
        "informer_watch_resumes_total",
        "Failed watches that continued from their last resourceVersion, by kind.",
        ["kind"]
    );

    private readonly Gauge _objects = factory.CreateGauge("informer_objects", "Objects cached, by kind.", ["kind"]);

    private readonly Gauge _undecodable = factory.CreateGauge(
        "informer_undecodable_objects",
        "Existing objects that can't be decoded, by kind.",
        ["kind"]
    );

    private readonly Gauge _age = factory.CreateGauge(
        "informer_watch_age_seconds",
        "Time since the last event, bookmark, list or regular end of a watch, by kind.",
        ["kind"]
    );

    internal void Relisted(string kind, string reason) => _relists.WithLabels(kind, reason).Inc();

    internal void Resumed(string kind) => _resumes.WithLabels(kind).Inc();

    internal void Set(string kind, int objects, int undecodable, TimeSpan age)
    {
        _objects.WithLabels(kind).Set(objects);
        _undecodable.WithLabels(kind).Set(undecodable);
        _age.WithLabels(kind).Set(age.TotalSeconds);
    }
}

internal static partial class InformerLog
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "Listed {Count} {Kind} in {Took}")]
    public static partial void Listed(ILogger logger, string kind, int count, TimeSpan took);

    [LoggerMessage(
        Level = LogLevel.Debug,
        Message = "The server does not stream lists of {Kind}; lists are read in pages"
    )]
    public static partial void Paging(ILogger logger, string kind);

    [LoggerMessage(Level = LogLevel.Information, Message = "Listing {Kind} again: {Reason}")]
    public static partial void Relisting(ILogger logger, string kind, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "List or watch of {Kind} failed; next attempt in {Pause}")]
    public static partial void BrokeOff(ILogger logger, string kind, TimeSpan pause, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cannot decode {Kind} {Key}: {Why}")]
    public static partial void Undecodable(ILogger logger, string kind, ObjectKey key, string why);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The change handler failed on {Kind} {Key}; it does not get this change again"
    )]
    public static partial void HandlerFailed(ILogger logger, string kind, ObjectKey key, Exception exception);
}
