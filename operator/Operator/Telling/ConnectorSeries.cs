using Operator.Runtime;
using Prometheus;

namespace Operator.Telling;

/// <summary>The label values of a series after namespace and connector, at most four.</summary>
internal readonly record struct Labels(
    string? First = null,
    string? Second = null,
    string? Third = null,
    string? Fourth = null
)
{
    /// <summary>All label values of the connector's series.</summary>
    public string[] Of(ObjectKey connector)
    {
        string?[] own = [First, Second, Third, Fourth];
        return [connector.Namespace, connector.Name, .. own.OfType<string>()];
    }
}

/// <summary>
/// The series of each connector, so that they leave with their connector, flow or api, without a search through the series of all
/// connectors. Safe for concurrent use.
/// </summary>
internal sealed class ConnectorSeries
{
    /// <summary>The series of each connector: about ten, so a list takes a tenth of the memory of a dictionary, and is searched as fast.</summary>
    private readonly Dictionary<ObjectKey, List<Series>> _byConnector = [];
    private readonly Lock _gate = new();

    private sealed record Series(Collector Metric, Labels Labels, bool IsOfFlow)
    {
        /// <summary>It was set or counted since the last <see cref="Conclude"/>.</summary>
        public bool IsFresh { get; set; } = true;

        public bool Is(Collector metric, Labels labels) => ReferenceEquals(Metric, metric) && Labels == labels;
    }

    public Counter.Child Of(Counter counter, ObjectKey connector, Labels labels)
    {
        Note(counter, connector, labels);
        return counter.WithLabels(labels.Of(connector));
    }

    /// <summary>As <see cref="Of"/>, of a counter whose first label is a flow.</summary>
    public Counter.Child OfFlow(Counter counter, ObjectKey connector, Labels labels)
    {
        Note(counter, connector, labels, isOfFlow: true);
        return counter.WithLabels(labels.Of(connector));
    }

    public void Set(Gauge gauge, ObjectKey connector, Labels labels, double value)
    {
        Note(gauge, connector, labels);
        gauge.WithLabels(labels.Of(connector)).Set(value);
    }

    /// <summary>
    /// Removes the connector's gauges that were not set since the last call, because they are no longer true, and the counters of
    /// flows that are not in <paramref name="flows"/>.
    /// </summary>
    public void Conclude(ObjectKey connector, IReadOnlySet<string> flows)
    {
        lock (_gate)
        {
            if (!_byConnector.TryGetValue(connector, out var known))
            {
                return;
            }
            RemoveLocked(connector, known, s => IsOver(s, flows));
            known.ForEach(s => s.IsFresh = false);
        }
    }

    private static bool IsOver(Series series, IReadOnlySet<string> flows) =>
        series is { IsOfFlow: true, Labels.First: { } flow } && !flows.Contains(flow)
        || series is { Metric: Gauge, IsFresh: false };

    /// <summary>Removes the connector's gauges: nobody knows any more what they say. Its counters stay.</summary>
    public void ForgetGauges(ObjectKey connector)
    {
        lock (_gate)
        {
            if (_byConnector.TryGetValue(connector, out var known))
            {
                RemoveLocked(connector, known, s => s.Metric is Gauge);
            }
        }
    }

    /// <summary>Removes all series of the connector.</summary>
    public void Forget(ObjectKey connector)
    {
        lock (_gate)
        {
            if (_byConnector.Remove(connector, out var known))
            {
                known.ForEach(s => Remove(s, connector));
            }
        }
    }

    private void Note(Collector metric, ObjectKey connector, Labels labels, bool isOfFlow = false)
    {
        lock (_gate)
        {
            if (!_byConnector.TryGetValue(connector, out var known))
            {
                _byConnector[connector] = known = [];
            }
            if (known.Find(s => s.Is(metric, labels)) is { } series)
            {
                series.IsFresh = true;
            }
            else
            {
                known.Add(new Series(metric, labels, isOfFlow));
            }
        }
    }

    private static void RemoveLocked(ObjectKey connector, List<Series> known, Predicate<Series> isOver)
    {
        foreach (var series in known.FindAll(isOver))
        {
            known.Remove(series);
            Remove(series, connector);
        }
    }

    private static void Remove(Series series, ObjectKey connector)
    {
        var labels = series.Labels.Of(connector);
        switch (series.Metric)
        {
            case Counter counter:
                counter.RemoveLabelled(labels);
                break;
            case Gauge gauge:
                gauge.RemoveLabelled(labels);
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }
}
