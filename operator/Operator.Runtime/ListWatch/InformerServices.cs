using Microsoft.Extensions.Logging;
using Prometheus;

namespace Operator.Runtime;

/// <summary>What every informer shares. <paramref name="Random"/> gives numbers from 0 up to 1.</summary>
public sealed record InformerServices(TimeProvider Time, ILogger Logger, InformerMetrics Metrics, Func<double> Random);

public sealed class InformerMetrics(IMetricFactory factory)
{
    private readonly Counter _relists = factory.CreateCounter(
        "marketplace_watch_relists_total",
        "Lists that became necessary because a watch broke, by kind.",
        ["kind"]
    );

    private readonly Counter _undecodable = factory.CreateCounter(
        "marketplace_undecodable_objects_total",
        "Objects that could not be decoded, by kind.",
        ["kind"]
    );

    public void Relisted(string kind) => _relists.WithLabels(kind).Inc();

    public void Undecodable(string kind) => _undecodable.WithLabels(kind).Inc();
}

internal static partial class InformerLog
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "Listed {Count} {Kind} in {Took}")]
    public static partial void Listed(ILogger logger, string kind, int count, TimeSpan took);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The watch of {Kind} broke; listing again")]
    public static partial void Relisting(ILogger logger, string kind, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cannot decode {Kind} {Key}: {Why}")]
    public static partial void Undecodable(ILogger logger, string kind, ObjectKey key, string why);
}
