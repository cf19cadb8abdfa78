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
    /// <summary>For each series, whether it was set or counted since the last <see cref="Conclude"/>.</summary>
    private readonly Dictionary<ObjectKey, Dictionary<Series, bool>> _byConnector = [];
    private readonly Lock _gate = new();

    private readonly record struct Series(Collector Metric, Labels Labels, bool IsOfFlow);

    public Counter.Child Of(Counter counter, ObjectKey connector, Labels labels)
    {
        Note(new Series(counter, labels, IsOfFlow: false), connector);
        return counter.WithLabels(labels.Of(connector));
    }

    /// <summary>As <see cref="Of"/>, of a counter whose first label is a flow.</summary>
    public Counter.Child OfFlow(Counter counter, ObjectKey connector, Labels labels)
    {
        Note(new Series(counter, labels, IsOfFlow: true), connector);
        return counter.WithLabels(labels.Of(connector));
    }

    public void Set(Gauge gauge, ObjectKey connector, Labels labels, double value)
    {
        Note(new Series(gauge, labels, IsOfFlow: false), connector);
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
            foreach (var (series, isFresh) in known.ToList())
            {
                var isOfGoneFlow = series is { IsOfFlow: true, Labels.First: { } flow } && !flows.Contains(flow);
                if (isOfGoneFlow || (series.Metric is Gauge && !isFresh))
                {
                    known.Remove(series);
                    Remove(series, connector);
                }
                else
                {
                    known[series] = false;
                }
            }
        }
    }

    /// <summary>Removes the connector's gauges: nobody knows any more what they say. Its counters stay.</summary>
    public void ForgetGauges(ObjectKey connector)
    {
        lock (_gate)
        {
            foreach (
                var series in _byConnector.GetValueOrDefault(connector, []).Keys.Where(s => s.Metric is Gauge).ToList()
            )
            {
                _byConnector[connector].Remove(series);
                Remove(series, connector);
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
                foreach (var series in known.Keys)
                {
                    Remove(series, connector);
                }
            }
        }
    }

    private void Note(Series series, ObjectKey connector)
    {
        lock (_gate)
        {
            if (!_byConnector.TryGetValue(connector, out var known))
            {
                _byConnector[connector] = known = [];
            }
            known[series] = true;
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
