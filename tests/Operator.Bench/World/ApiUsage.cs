using Operator.Runtime;

namespace Operator.Bench.World;

/// <summary>Requests to the API server, by kind of call, without watches: they are few and long.</summary>
internal sealed record ApiCalls(
    double Gets,
    double Lists,
    double Creates,
    double Replaces,
    double Patches,
    double Deletes
)
{
    public double Reads => Gets + Lists;
    public double Writes => Creates + Replaces + Patches + Deletes;

    public static ApiCalls Of(MetricsText metrics) =>
        new(
            Sum(metrics, "GET"),
            Sum(metrics, "LIST"),
            Sum(metrics, "POST"),
            Sum(metrics, "PUT"),
            Sum(metrics, "PATCH"),
            Sum(metrics, "DELETE")
        );

    public static ApiCalls operator -(ApiCalls a, ApiCalls b) =>
        new(
            a.Gets - b.Gets,
            a.Lists - b.Lists,
            a.Creates - b.Creates,
            a.Replaces - b.Replaces,
            a.Patches - b.Patches,
            a.Deletes - b.Deletes
        );

    /// <summary>The calls without renewals of the lease: each renewal is one write.</summary>
    public ApiCalls WithoutRenewals(int renewals) => this with { Replaces = Replaces - renewals };

    private static double Sum(MetricsText metrics, string method) =>
        metrics.Sum("rest_client_requests_total", $"method=\"{method}\"");
}

/// <summary>The requests of one operator, by its own metrics, without the lease.</summary>
internal sealed class ApiUsage : IAsyncDisposable
{
    private static readonly ResourceType Leases = CoreTypes.Leases;
    private readonly OperatorProcess _operator;
    private readonly TimeProvider _time;
    private ObjectWatch _leases = null!; // StartAsync sets it before it returns
    private int _renewals;

    private ApiUsage(OperatorProcess process, TimeProvider time) => (_operator, _time) = (process, time);

    public sealed record Reading(ApiCalls Calls, int Renewals)
    {
        public ApiCalls Since(Reading earlier) => (Calls - earlier.Calls).WithoutRenewals(Renewals - earlier.Renewals);
    }

    public static async Task<ApiUsage> StartAsync(
        BenchCluster cluster,
        string ns,
        OperatorProcess process,
        CancellationToken ct
    )
    {
        var usage = new ApiUsage(process, cluster.Time);
        usage._leases = await ObjectWatch.StartAsync(cluster, Leases, ns, _ => usage._renewals++, ct);
        return usage;
    }

    /// <summary>Reads the metrics half a second after a renewal; repeats this if another renewal came, so that both counts agree.</summary>
    public async Task<Reading> ReadAsync(CancellationToken ct)
    {
        while (true)
        {
            var before = _leases.Read(() => _renewals);
            await _leases.UntilAsync(
                () => _renewals > before,
                TimeSpan.FromSeconds(30),
                () => "a renewal of the lease",
                ct
            );
            var seen = _leases.Read(() => _renewals);
            await Task.Delay(TimeSpan.FromMilliseconds(500), _time, ct);
            var calls = ApiCalls.Of(await _operator.MetricsAsync(ct));
            if (_leases.Read(() => _renewals) == seen)
            {
                return new Reading(calls, seen);
            }
        }
    }

    public ValueTask DisposeAsync() => _leases.DisposeAsync();
}
