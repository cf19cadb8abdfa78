using Operator.Api;
using Operator.Planning.Drafts;

namespace Operator.Planning.Telling;

/// <summary>Tells which flows and stores stand still, because the spec is wrong in them.</summary>
internal static class WrongPartTeller
{
    private const int MostNames = 5;
    private const int MostProblems = 10;

    /// <summary>The message of Ready and Stalled; null: no part is wrong.</summary>
    public static string? Message(Draft draft)
    {
        var (problems, wrong) = (draft.Effective.Wrong.Problems, draft.Effective.Wrong);
        if (problems.IsEmpty)
        {
            return null;
        }
        var flows = Names("flow", [.. wrong.Flows.Keys]);
        var stores = Names("store", [.. draft.Seen.Wrong.Stores.Keys]);
        var parts = string.Join(" and ", new[] { flows, stores }.OfType<string>());
        var effect =
            parts.Length == 0
                ? "a part of the spec that nothing uses is wrong, and all runs go on"
                : $"{parts} {(wrong.Flows.Count + draft.Seen.Wrong.Stores.Count == 1 ? "stands" : "stand")} still, and the rest goes on";
        var more = problems.Length > MostProblems ? $"; and {problems.Length - MostProblems} more" : "";
        var content = wrong.Content is null ? "" : "; new content waits, and stores go on with their revisions";
        return $"{effect}: {string.Join("; ", problems.Take(MostProblems))}{more}{content}";
    }

    /// <summary>The statuses of the flows that stand still, without what they missed.</summary>
    public static IEnumerable<FlowStatus> Flows(Draft draft) =>
        draft
            .Effective.Wrong.Flows.Where(f => ObjectNames.IsStoreName(f.Key))
            .Select(f => (Name: f.Key, Plan: draft.Record.Plan(f.Key), Problem: f.Value))
            .Select(f => new FlowStatus
            {
                Name = f.Name,
                LastSlot = f.Plan.LastSlot,
                ActiveRuns = f.Plan.Entries.Count(e => e.Result is null),
                RunsOn = StandsStill,
                OldestOkSlot = StableTeller.OldestOkSlot(draft, f.Name),
                LastSuccess = f.Plan.LastSuccess is { } at ? ConditionDraft.Seconds(at) : null,
            });

    /// <summary>A word of <see cref="FlowStatus.RunsOn"/>.</summary>
    private const string StandsStill = "Nothing";

    private static string? Names(string noun, IReadOnlyList<string> names)
    {
        var shown = string.Join(", ", names.Take(MostNames).Select(n => $"'{Cut(n)}'"));
        return names.Count switch
        {
            0 => null,
            1 => $"{noun} {shown}",
            <= MostNames => $"{noun}s {shown}",
            _ => $"{noun}s {shown} and {names.Count - MostNames} more",
        };
    }

    /// <summary>A name that is wrong may have any length.</summary>
    private static string Cut(string name) => name.Length <= 63 ? name : $"{name[..63]}…";
}
