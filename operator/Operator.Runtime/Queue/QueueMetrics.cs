using Prometheus;

namespace Operator.Runtime;

/// <summary>Metrics of a queue, with the names that controller-runtime dashboards expect.</summary>
public sealed class QueueMetrics(IMetricFactory factory, string name)
{
    private static readonly HistogramConfiguration Seconds = new()
    {
        Buckets = Histogram.ExponentialBuckets(0.001, 4, 9),
    };

    private readonly Gauge.Child _depth = factory
        .CreateGauge("workqueue_depth", "Keys that wait for a worker.", ["name"])
        .WithLabels(name);

    private readonly Counter.Child _adds = factory
        .CreateCounter("workqueue_adds_total", "Keys queued.", ["name"])
        .WithLabels(name);

    private readonly Counter.Child _retries = factory
        .CreateCounter("workqueue_retries_total", "Keys queued again after a failure.", ["name"])
        .WithLabels(name);

    private readonly Histogram.Child _queued = factory
        .CreateHistogram("workqueue_queue_duration_seconds", "Time a key waited for a worker.", ["name"], Seconds)
        .WithLabels(name);

    private readonly Histogram.Child _worked = factory
        .CreateHistogram("workqueue_work_duration_seconds", "Time a worker spent on a key.", ["name"], Seconds)
        .WithLabels(name);

    private readonly Gauge.Child _oldest = factory
        .CreateGauge("workqueue_oldest_item_age_seconds", "Age of the key that has waited longest.", ["name"])
        .WithLabels(name);

    private readonly Gauge.Child _unfinished = factory
        .CreateGauge("workqueue_unfinished_work_seconds", "Total time spent on keys in flight.", ["name"])
        .WithLabels(name);

    private readonly Gauge.Child _longest = factory
        .CreateGauge("workqueue_longest_running_processor_seconds", "Longest time that a key is in flight.", ["name"])
        .WithLabels(name);

    public void Added(int depth)
    {
        _adds.Inc();
        _depth.Set(depth);
    }

    public void Taken(TimeSpan waited, int depth)
    {
        _queued.Observe(waited.TotalSeconds);
        _depth.Set(depth);
    }

    public void Completed(TimeSpan worked) => _worked.Observe(worked.TotalSeconds);

    public void Retried() => _retries.Inc();

    public void Ages(TimeSpan oldestWaiting, IReadOnlyCollection<TimeSpan> inFlight)
    {
        _oldest.Set(oldestWaiting.TotalSeconds);
        _unfinished.Set(inFlight.Sum(a => a.TotalSeconds));
        _longest.Set(inFlight.Select(a => a.TotalSeconds).DefaultIfEmpty().Max());
    }
}
