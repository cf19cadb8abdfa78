using System.Globalization;

namespace Operator.Bench;

/// <summary>The bench cannot measure; the message says why.</summary>
internal sealed class BenchException(string message) : Exception(message);

/// <summary>The command line: names of measurements (default: all except the long ones) and flags with values.</summary>
internal sealed record BenchOptions
{
    public required IReadOnlySet<string> Names { get; init; }

    /// <summary>The share of objects and repetitions, above 0 and up to 1. Limits apply only at 1.</summary>
    public double Scale { get; init; } = 1;
    public string Kubeconfig { get; init; } = "";

    /// <summary>The path of the operator's binary.</summary>
    public string Operator { get; init; } = "";
    public string OutFile { get; init; } = "artifacts/bench/results.json";
    public string LimitsFile { get; init; } = "bench/limits.json";

    /// <summary>What keeps the cluster from running the pods, as text for the report.</summary>
    public string Stillness { get; init; } = "not said";

    public static BenchOptions Parse(IReadOnlyList<string> args, IReadOnlySet<string> known, IReadOnlySet<string> usual)
    {
        var options = new BenchOptions { Names = usual };
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var arg in args)
        {
            if (arg.StartsWith("--", StringComparison.Ordinal))
            {
                options = options.With(arg);
            }
            else
            {
                names.Add(
                    known.Contains(arg)
                        ? arg
                        : throw new BenchException(
                            $"there is no measurement '{arg}'; there are {string.Join(", ", known.Order(StringComparer.Ordinal))}"
                        )
                );
            }
        }
        return names.Count == 0 ? options : options with { Names = names };
    }

    /// <summary>A number at this scale, at least <paramref name="least"/>.</summary>
    public int Scaled(int full, int least) => Math.Max(least, (int)Math.Round(full * Scale));

    private BenchOptions With(string arg)
    {
        var (name, value) = arg.Split('=', 2) is [var n, var v]
            ? (n, v)
            : throw new BenchException($"'{arg}' has no value; write --name=value");
        return name switch
        {
            "--scale" => this with { Scale = ScaleOf(value) },
            "--kubeconfig" => this with { Kubeconfig = value },
            "--operator" => this with { Operator = value },
            "--out" => this with { OutFile = value },
            "--limits" => this with { LimitsFile = value },
            "--stillness" => this with { Stillness = value },
            _ => throw new BenchException(
                $"there is no flag '{name}'; there are --scale, --kubeconfig, --operator, --out, --limits, --stillness"
            ),
        };
    }

    private static double ScaleOf(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var scale)
        && scale is > 0 and <= 1
            ? scale
            : throw new BenchException($"--scale: '{text}' is no number above 0 and up to 1");
}
