using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Operator.Api;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>
/// Which step the attempt is in, and which comes next. An edit of the steps never widens the cohort by itself: the cohort
/// stays and is judged by the first new step that is at least as wide. The attempt takes that step only when the verdict is
/// a pass.
/// </summary>
public sealed record StepPlan
{
    /// <summary>Index into the spec's steps of the step that judges the attempt.</summary>
    public required int Index { get; init; }
    public required RolloutStep Step { get; init; }

    /// <summary>Index of the step to commit after a pass; null: the candidate becomes stable.</summary>
    public required int? NextIndex { get; init; }

    public static StepPlan Of(ImmutableArray<RolloutStep> steps, Attempt attempt)
    {
        var isSame = attempt.StepsHash == HashOf(steps) || attempt.StepsHash == HashAsWritten(steps);
        if (isSame && attempt.Step < steps.Length)
        {
            return At(steps, attempt.Step, attempt.Step + 1);
        }
        var places = attempt.Order.Length;
        for (var i = 0; i < steps.Length; i++)
        {
            var target = CohortOrder.Places(steps[i].Stores, places);
            if (target >= attempt.Cohort)
            {
                return At(steps, i, target > attempt.Cohort ? i : i + 1);
            }
        }
        return At(steps, steps.Length - 1, steps.Length);
    }

    /// <summary>Hash of each step's stores and minDuration, however they are spelt; shows an edit of the steps.</summary>
    public static string HashOf(ImmutableArray<RolloutStep> steps) =>
        HashOf(steps.Select(s => $"{s.Stores.Canonical}|{s.MinDuration.Canonical}"));

    /// <summary>The hash that operators wrote which compared the text: an attempt that they began goes on where it is.</summary>
    private static string HashAsWritten(ImmutableArray<RolloutStep> steps) =>
        HashOf(steps.Select(s => $"{s.Stores}|{s.MinDuration}"));

    internal static string HashOf(IEnumerable<string> lines) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))))[..16];

    private static StepPlan At(ImmutableArray<RolloutStep> steps, int index, int next) =>
        new()
        {
            Index = index,
            Step = steps[index],
            NextIndex = next < steps.Length ? next : null,
        };
}
