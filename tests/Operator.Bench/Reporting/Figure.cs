namespace Operator.Bench.Reporting;

/// <summary>One measured number. <paramref name="Detail"/> says what it was made of: counts, rates, parallelism.</summary>
internal sealed record Figure(string Name, string What, double Value, string Unit, string Detail);
