using System.Collections.Immutable;
using System.IO.Compression;
using System.Text.Json;
using Operator.Planning.Judging;
using Operator.Planning.Record;

namespace Operator.Planning.Tests.Judging;

/// <summary>The golden vectors of the judge's reference; see README.md.</summary>
internal static class GoldenVectors
{
    private static readonly JsonDocument Document = Load();

    public static JsonElement Coins => Document.RootElement.GetProperty("coins");

    public static IEnumerable<string> StoryNames => Names("stories");

    public static IEnumerable<string> JointNames => Names("joint");

    private static JsonElement Story(string name) => Find("stories", name);

    public static JsonElement Joint(string name) => Find("joint", name);

    /// <summary>Plays a story of one flow: each occasion as told, and what the judge says after it.</summary>
    public static IEnumerable<Told> Play(string name)
    {
        var story = Story(name);
        var (policy, share) = (PolicyOf(story), ShareOf(story));
        var trial = Judge.Begin(story.GetProperty("fleet").GetInt32(), new Reporting(true, true));
        foreach (var told in story.GetProperty("occasions").EnumerateArray())
        {
            if (IsTrue(told, "beginStep"))
            {
                trial = Judge.BeginStep(trial, trial.Stage + 1);
            }
            var occasion = new SettledOccasion
            {
                Stage = trial.Stage,
                Runs = RunsOf(told.GetProperty("runs"), share),
                Outside = OutsideOf(told),
            };
            trial = Judge.Settle(trial, occasion, policy);
            var flow = new FlowCase("orders", trial, policy);
            var verdict = Judge.Decide([flow], told.GetProperty("cohort").GetInt32());
            yield return new Told(told.GetProperty("expect"), flow, verdict);
        }
    }

    private static JudgePolicy PolicyOf(JsonElement story)
    {
        var policy = new JudgePolicy();
        foreach (var limit in story.GetProperty("policy").EnumerateObject())
        {
            var value = limit.Value.GetDouble();
            policy = limit.Name switch
            {
                "maxErrorRate" => policy with { MaxErrorRate = value },
                "maxIncrease" => policy with { MaxIncrease = value },
                "maxVolumeDrop" => policy with { MaxVolumeDrop = value },
                "falseAbortRate" => policy with { FalseAbortRate = value },
                "minRuns" => policy with { MinRuns = (int)value },
                "minItems" => policy with { MinItems = (int)value },
                "minStores" => policy with { MinStores = (int)value },
                "share" => policy, // belongs to the coins
                _ => throw new JsonException($"unknown limit {limit.Name}"),
            };
        }
        return policy;
    }

    private static double ShareOf(JsonElement story) =>
        story.GetProperty("policy").TryGetProperty("share", out var share) ? share.GetDouble() : 0.5;

    public static ImmutableArray<EndedRun> RunsOf(JsonElement runs, double share) =>
        [.. runs.EnumerateArray().Select(r => RunOf(r, share))];

    private static ImmutableArray<EndedRun> OutsideOf(JsonElement occasion) =>
        [.. occasion.GetProperty("outside").EnumerateArray().Select(OutsideRun)];

    private static EndedRun RunOf(JsonElement run, double share)
    {
        var arm = run.GetProperty("arm").GetString() == "candidate" ? Arm.Candidate : Arm.Stable;
        ImmutableArray<string> stores = [.. run.GetProperty("stores").EnumerateArray().Select(s => s.GetString()!)];
        var items = run.GetProperty("items");
        var close =
            IsTrue(run, "lost") ? RunClose.Lost
            : IsTrue(run, "endedBadly") ? RunClose.Badly
            : RunClose.Well;
        return new EndedRun(new Coin(arm, share), stores, close, [.. stores.Select(ItemsOf)], HasReport: true);

        ItemCounts? ItemsOf(string store) =>
            items.TryGetProperty(store, out var counts) && counts.ValueKind == JsonValueKind.Array
                ? new ItemCounts(counts[0].GetInt64(), counts[1].GetInt64())
                : null;
    }

    private static EndedRun OutsideRun(JsonElement run) =>
        new(
            Coin.Forced(Arm.Stable),
            ["outside"],
            run[2].GetBoolean() ? RunClose.Badly : RunClose.Well,
            [new ItemCounts(run[0].GetInt64(), run[1].GetInt64())],
            HasReport: true
        );

    public static bool IsTrue(JsonElement of, string name) =>
        of.TryGetProperty(name, out var claim) && claim.GetBoolean();

    private static IEnumerable<string> Names(string kind) =>
        Document.RootElement.GetProperty(kind).EnumerateArray().Select(s => s.GetProperty("name").GetString()!);

    private static JsonElement Find(string kind, string name) =>
        Document.RootElement.GetProperty(kind).EnumerateArray().First(s => s.GetProperty("name").GetString() == name);

    private static JsonDocument Load()
    {
        using var resource = typeof(GoldenVectors).Assembly.GetManifestResourceStream("judge-vectors.json.gz")!; // embedded
        using var unzipped = new GZipStream(resource, CompressionMode.Decompress);
        return JsonDocument.Parse(unzipped);
    }
}

/// <summary>An occasion of a story, and what the judge says after it.</summary>
internal sealed record Told(JsonElement Expected, FlowCase Flow, RolloutVerdict Verdict);
