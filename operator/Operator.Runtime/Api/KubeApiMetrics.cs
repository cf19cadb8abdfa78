using System.Globalization;
using Prometheus;

namespace Operator.Runtime;

/// <summary>Requests to the API server, under the names that client-go dashboards expect.</summary>
public sealed class KubeApiMetrics(IMetricFactory factory)
{
    private readonly Counter _requests = factory.CreateCounter(
        "rest_client_requests_total",
        "Requests to the API server, by status code, verb and host.",
        ["code", "method", "host"]
    );

    private readonly Histogram _seconds = factory.CreateHistogram(
        "rest_client_request_duration_seconds",
        "Time to the answer's headers.",
        ["verb", "host"],
        new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(0.002, 2, 13) }
    );

    public void Answered(string verb, int status, string host, TimeSpan took)
    {
        _requests.WithLabels(status.ToString(CultureInfo.InvariantCulture), verb, host).Inc();
        _seconds.WithLabels(verb, host).Observe(took.TotalSeconds);
    }

    public void Failed(string verb, string host) => _requests.WithLabels("<error>", verb, host).Inc();
}
