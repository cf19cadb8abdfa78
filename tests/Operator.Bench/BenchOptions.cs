using System.Globalization;

namespace Operator.Bench;

/// <summary>Nothing can be measured, and why.</summary>
internal sealed class BenchException(string message) : Exception(message);

/// <summary>The command line: names of measurements (default: all but the long ones) and flags with values.</summary>
internal sealed record BenchOptions
{
    public required IReadOnlySet<string> Names { get; init; }

    /// <summary>Above 0, up to 1: the share of objects and repetitions. Limits hold for 1 only.</summary>
    public double Scale { get; init; } = 1;
    public string Kubeconfig { get; init; } = "";

    /// <summary>The operator's binary.</summary>
    public string Operator { get; init; } = "";
    public string OutFile { get; init; } = "artifacts/bench/results.json";
    public string LimitsFile { get; init; } = "bench/limits.json";

    /// <summary>How the cluster was kept from running the pods, for the report.</summary>
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

    /// <summary>A number at this scale, but enough of it to mean something.</summary>
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
