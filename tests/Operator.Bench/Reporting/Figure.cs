namespace Operator.Bench.Reporting;

/// <summary>One measured number. <paramref name="Detail"/> says how it was measured: counts, rates, parallelism.</summary>
internal sealed record Figure(string Name, string What, double Value, string Unit, string Detail);
