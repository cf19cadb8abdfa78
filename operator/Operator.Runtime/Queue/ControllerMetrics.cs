using Prometheus;

namespace Operator.Runtime;

/// <summary>Metrics of a controller, with the names that controller-runtime dashboards expect.</summary>
public sealed class ControllerMetrics(IMetricFactory factory, string controller)
{
    private readonly Counter _reconciles = factory.CreateCounter(
        "controller_runtime_reconcile_total",
        "Reconciles by result: success, requeue, requeue_after or error.",
        ["controller", "result"]
    );

    private readonly Counter.Child _errors = factory
        .CreateCounter("controller_runtime_reconcile_errors_total", "Reconciles that failed.", ["controller"])
        .WithLabels(controller);

    private readonly Counter.Child _stuck = factory
        .CreateCounter(
            "controller_runtime_terminal_reconcile_errors_total",
            "Reconciles that can't continue until a user changes the object.",
            ["controller"]
        )
        .WithLabels(controller);

    private readonly Histogram.Child _seconds = factory
        .CreateHistogram(
            "controller_runtime_reconcile_time_seconds",
            "Time a reconcile took.",
            ["controller"],
            new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(0.005, 2, 14) }
        )
        .WithLabels(controller);

    private readonly Gauge.Child _active = factory
        .CreateGauge("controller_runtime_active_workers", "Reconciles in flight.", ["controller"])
        .WithLabels(controller);

    private readonly Gauge.Child _most = factory
        .CreateGauge("controller_runtime_max_concurrent_reconciles", "Number of workers.", ["controller"])
        .WithLabels(controller);

    public void Workers(int count) => _most.Set(count);

    public void Began() => _active.Inc();

    public void Ended(string result) => _reconciles.WithLabels(controller, result).Inc();

    public void Failed()
    {
        Ended("error");
        _errors.Inc();
    }

    public void Stuck()
    {
        Ended("success");
        _stuck.Inc();
    }

    public void Took(TimeSpan time)
    {
        _active.Dec();
        _seconds.Observe(time.TotalSeconds);
    }
}
