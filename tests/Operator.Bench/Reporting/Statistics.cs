namespace Operator.Bench.Reporting;

internal static class Statistics
{
    /// <summary>The smallest value that is not less than the given share (0 to 1) of the values: the nearest rank.</summary>
    public static double Percentile(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }

    public static double Median(IEnumerable<double> values) => Percentile(values, 0.5);
}
