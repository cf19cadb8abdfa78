using System.Globalization;

namespace Operator.Bench.World;

/// <summary>One scrape of a metrics endpoint.</summary>
internal sealed class MetricsText
{
    private readonly List<Sample> _samples;

    private MetricsText(List<Sample> samples) => _samples = samples;

    private sealed record Sample(string Name, string Labels, double Value);

    public static MetricsText Parse(string text) =>
        new([.. text.Split('\n').Where(l => l.Length > 0 && l[0] != '#').Select(SampleOf)]);

    /// <summary>The sum of all series with this name whose labels contain the text, such as <c>method="GET"</c>.</summary>
    public double Sum(string name, string label = "") =>
        _samples.Where(s => s.Name == name && s.Labels.Contains(label, StringComparison.Ordinal)).Sum(s => s.Value);

    /// <summary>Parses <c>name{labels} value</c>; the last <c>}</c> of the line ends the labels.</summary>
    private static Sample SampleOf(string line)
    {
        var brace = line.IndexOf('{', StringComparison.Ordinal);
        var end = line.LastIndexOf('}');
        var (name, labels, value) =
            brace < 0
                ? (
                    line[..line.IndexOf(' ', StringComparison.Ordinal)],
                    "",
                    line[line.IndexOf(' ', StringComparison.Ordinal)..]
                )
                : (line[..brace], line[brace..end], line[(end + 1)..]);
        return new Sample(name, labels, double.Parse(value.Trim().Split(' ')[0], CultureInfo.InvariantCulture));
    }
}
