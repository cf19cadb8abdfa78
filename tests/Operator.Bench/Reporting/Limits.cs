using System.Text.Json;
using System.Text.Json.Serialization;

namespace Operator.Bench.Reporting;

/// <summary>What a figure must keep to. The goal is what the design asks for; the limit is what fails the bench.</summary>
internal sealed record Limit
{
    /// <summary>The figure may be this or less.</summary>
    public double? AtMost { get; init; }

    /// <summary>The figure may be this or more.</summary>
    public double? AtLeast { get; init; }

    /// <summary>In the limit's direction; null: the design names none.</summary>
    public double? Goal { get; init; }

    public bool IsKeptBy(double value) => (AtMost is null || value <= AtMost) && (AtLeast is null || value >= AtLeast);

    /// <summary>Null when there is no goal.</summary>
    public bool? IsGoalReachedBy(double value) =>
        Goal is not { } goal ? null
        : AtLeast is not null ? value >= goal
        : value <= goal;
}

/// <summary>The committed limits, by figure.</summary>
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
