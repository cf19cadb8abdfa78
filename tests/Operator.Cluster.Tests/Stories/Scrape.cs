using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Operator.Cluster.Tests;

/// <summary>The operator's metrics, read as Prometheus does.</summary>
internal sealed partial class Scrape
{
    private readonly ImmutableArray<Sample> _samples;

    private Scrape(ImmutableArray<Sample> samples) => _samples = samples;

    public static Scrape Parse(string text) =>
        new([.. text.Split('\n').Where(l => l.Length > 0 && l[0] != '#').Select(ParseLine)]);

    /// <summary>Only the series with this namespace label.</summary>
    public Scrape Of(string ns) => new([.. _samples.Where(s => s.Labels.GetValueOrDefault("namespace") == ns)]);

    /// <summary>The sum of the series that match a query such as <c>runs_total arm=stable result=succeeded</c>.</summary>
    public double Value(string query)
    {
        var words = query.Split(' ');
        var labels = words.Skip(1).Select(w => w.Split('=')).ToList();
        return _samples
            .Where(s => s.Name == words[0] && labels.All(l => s.Labels.GetValueOrDefault(l[0]) == l[1]))
            .Sum(s => s.Value);
    }

    private static Sample ParseLine(string line)
    {
        var match = Line().Match(line);
        return match.Success
            ? new Sample(
                match.Groups["name"].Value,
                Label()
                    .Matches(match.Groups["labels"].Value)
                    .ToImmutableDictionary(l => l.Groups["name"].Value, l => l.Groups["value"].Value),
                double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture)
            )
            : throw new FormatException($"no sample: {line}");
    }

    [GeneratedRegex(
        @"^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>.*)\})? (?<value>\S+)$",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Line();

    [GeneratedRegex("(?<name>\\w+)=\"(?<value>[^\"]*)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Label();

    private sealed record Sample(string Name, ImmutableDictionary<string, string> Labels, double Value);
}
