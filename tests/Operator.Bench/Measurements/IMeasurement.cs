using Operator.Bench.Reporting;
using Operator.Bench.World;

namespace Operator.Bench.Measurements;

/// <summary>One thing to measure, on objects and an operator of its own.</summary>
internal interface IMeasurement
{
    string Name { get; }

    /// <summary>What is being done, for whoever watches.</summary>
    string What { get; }

    /// <summary>It takes too long to be done unless it is named.</summary>
    bool IsLong => false;

    Task<IReadOnlyList<Figure>> MeasureAsync(BenchCluster cluster, CancellationToken ct);
}
