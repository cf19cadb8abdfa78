using Microsoft.Extensions.Logging;
using Prometheus;

namespace Operator.Runtime;

/// <summary>What every informer shares. <paramref name="Random"/> gives numbers from 0 up to 1.</summary>
public sealed record InformerServices(TimeProvider Time, ILogger Logger, InformerMetrics Metrics, Func<double> Random);

public sealed class InformerMetrics(IMetricFactory factory)
{
    private readonly Counter _relists = factory.CreateCounter(
        "informer_relists_total",
        "Lists after the first, by kind and why: expired, restored, broken or asked.",
        ["kind", "reason"]
    );

    private readonly Counter _resumes = factory.CreateCounter(
        "informer_watch_resumes_total",
        "Watches that broke off and were taken up again where they were, by kind.",
        ["kind"]
    );

    private readonly Gauge _objects = factory.CreateGauge("informer_objects", "Objects cached, by kind.", ["kind"]);

    private readonly Gauge _undecodable = factory.CreateGauge(
        "informer_undecodable_objects",
        "Objects that exist and can't be decoded, by kind.",
        ["kind"]
    );

    private readonly Gauge _age = factory.CreateGauge(
        "informer_watch_age_seconds",
        "Time since the server was last heard of, by kind.",
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
        Message = "The server does not stream lists of {Kind}; they are read by pages"
    )]
    public static partial void Paging(ILogger logger, string kind);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Kind} are listed again: {Reason}")]
    public static partial void Relisting(ILogger logger, string kind, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The watch of {Kind} broke off; going on in {Pause}")]
    public static partial void BrokeOff(ILogger logger, string kind, TimeSpan pause, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cannot decode {Kind} {Key}: {Why}")]
    public static partial void Undecodable(ILogger logger, string kind, ObjectKey key, string why);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "A change of {Kind} {Key} could not be dealt with; it is lost to its handler"
    )]
    public static partial void HandlerFailed(ILogger logger, string kind, ObjectKey key, Exception exception);
}
