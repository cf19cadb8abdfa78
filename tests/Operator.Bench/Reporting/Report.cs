using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Operator.Bench.Reporting;

/// <summary>The figures and their limits, as a table for people and as JSON for programs.</summary>
internal sealed class Report(Report.Results results)
{
    private const string Within = "ok";
    private const string GoalMissed = "ok, goal missed";
    private const string Exceeded = "EXCEEDED";
    private const string NotJudged = "not judged";

    internal sealed record Results
    {
        public required DateTimeOffset At { get; init; }
        public required double Scale { get; init; }
        public required int Cores { get; init; }
        public required string Stillness { get; init; }
        public required IReadOnlyList<Row> Figures { get; init; }
    }

    internal sealed record Row(Figure Figure, Limit? Limit, string Verdict);

    public bool HasExceeded => results.Figures.Any(r => r.Verdict == Exceeded);

    public static Report Of(IEnumerable<Figure> figures, Limits limits, BenchOptions options, DateTimeOffset at) =>
        new(
            new Results
            {
                At = at,
                Scale = options.Scale,
                Cores = Environment.ProcessorCount,
                Stillness = options.Stillness,
                Figures = [.. figures.Select(f => Judge(f, limits.Of(f.Name), options.Scale))],
            }
        );

    public async Task WriteJsonAsync(string file, CancellationToken ct)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file)) ?? ".");
        await using var stream = File.Create(file);
        await JsonSerializer.SerializeAsync(stream, results, BenchJson.Default.Results, ct);
    }

    public string Table()
    {
        var text = new StringBuilder();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"scale {results.Scale}, {results.Cores} cores, pods kept from running by: {results.Stillness}"
        );
        text.AppendLine();
        text.AppendLine(Line("figure", "measured", "goal", "limit", "verdict"));
        return text.Append(Rows()).ToString();
    }

    /// <summary>The rows of the table, without the headings.</summary>
    public string Rows()
    {
        var text = new StringBuilder();
        foreach (var row in results.Figures)
        {
            var (figure, limit) = (row.Figure, row.Limit);
            var sign = limit?.AtLeast is not null ? ">= " : "<= ";
            text.AppendLine(
                Line(
                    figure.Name,
                    $"{Number(figure.Value)} {figure.Unit}".TrimEnd(),
                    limit?.Goal is { } goal ? sign + Number(goal) : "",
                    (limit?.AtMost ?? limit?.AtLeast) is { } most ? sign + Number(most) : "",
                    row.Verdict
                )
            );
            text.AppendLine(CultureInfo.InvariantCulture, $"    {figure.What}: {figure.Detail}");
        }
        return text.ToString();
    }

    private static Row Judge(Figure figure, Limit? limit, double scale)
    {
        var verdict =
            limit is null || scale < 1 ? NotJudged
            : !limit.IsKeptBy(figure.Value) ? Exceeded
            : limit.IsGoalReachedBy(figure.Value) is false ? GoalMissed
            : Within;
        return new Row(figure, limit, verdict);
    }

    private static string Line(string name, string measured, string goal, string limit, string verdict) =>
        $"{name, -26} {measured, 14} {goal, 10} {limit, 10}  {verdict}";

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
