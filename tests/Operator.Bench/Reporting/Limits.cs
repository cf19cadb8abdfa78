using System.Text.Json;
using System.Text.Json.Serialization;

namespace Operator.Bench.Reporting;

/// <summary>The limit of a figure. The design asks for the goal; only the limit fails the bench.</summary>
internal sealed record Limit
{
    /// <summary>The highest allowed value; null: no upper limit.</summary>
    public double? AtMost { get; init; }

    /// <summary>The lowest allowed value; null: no lower limit.</summary>
    public double? AtLeast { get; init; }

    /// <summary>The goal of the design, in the direction of the limit; null: no goal.</summary>
    public double? Goal { get; init; }

    public bool IsKeptBy(double value) => (AtMost is null || value <= AtMost) && (AtLeast is null || value >= AtLeast);

    /// <summary>Null when there is no goal.</summary>
    public bool? IsGoalReachedBy(double value) =>
        Goal is not { } goal ? null
        : AtLeast is not null ? value >= goal
        : value <= goal;
}

/// <summary>The limits from the limits file, by figure.</summary>
internal sealed class Limits(IReadOnlyDictionary<string, Limit> byFigure)
{
    public Limit? Of(string figure) => byFigure.GetValueOrDefault(figure);

    public static async Task<Limits> ReadAsync(string file, CancellationToken ct)
    {
        try
        {
            await using var stream = File.OpenRead(file);
            var limits = await JsonSerializer.DeserializeAsync(stream, BenchJson.Default.DictionaryStringLimit, ct);
            return new Limits(limits ?? throw new JsonException("it is null"));
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            throw new BenchException($"the limits in {file} can't be read: {e.Message}");
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    WriteIndented = true
)]
[JsonSerializable(typeof(Dictionary<string, Limit>))]
[JsonSerializable(typeof(Report.Results))]
internal sealed partial class BenchJson : JsonSerializerContext;
