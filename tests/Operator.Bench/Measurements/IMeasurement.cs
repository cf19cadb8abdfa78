using Operator.Bench.Reporting;
using Operator.Bench.World;

namespace Operator.Bench.Measurements;

/// <summary>One measurement, with its own objects and its own operator.</summary>
internal interface IMeasurement
{
    string Name { get; }

    /// <summary>A short description, for the progress output.</summary>
    string What { get; }

    /// <summary>True when it runs only if the command line names it, because it takes long.</summary>
    bool IsLong => false;

    Task<IReadOnlyList<Figure>> MeasureAsync(BenchCluster cluster, CancellationToken ct);
}
