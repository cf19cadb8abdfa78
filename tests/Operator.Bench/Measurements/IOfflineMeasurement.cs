using Operator.Bench.Reporting;

namespace Operator.Bench.Measurements;

/// <summary>A measurement that needs no cluster and no operator. It runs only if the command line names it.</summary>
internal interface IOfflineMeasurement
{
    string Name { get; }

    /// <summary>A short description, for the progress output.</summary>
    string What { get; }

    Task<IReadOnlyList<Figure>> MeasureAsync(BenchOptions options, CancellationToken ct);
}
