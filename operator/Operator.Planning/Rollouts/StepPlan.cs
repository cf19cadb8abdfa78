using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Operator.Api;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>
/// The rollout's steps against an attempt. An edit of the steps never widens: the committed cohort stays and is judged by the
/// new list's first step at least as wide; only when that passes is the step itself taken.
/// </summary>
public sealed record StepPlan
{
    /// <summary>The step that the attempt is judged by, as an index into the steps of the spec.</summary>
    public required int Index { get; init; }
    public required RolloutStep Step { get; init; }

    /// <summary>The step to commit when this one passes; null: the candidate becomes stable.</summary>
    public required int? NextIndex { get; init; }

    public static StepPlan Of(ImmutableArray<RolloutStep> steps, Attempt attempt)
    {
        if (attempt.StepsHash == HashOf(steps) && attempt.Step < steps.Length)
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

    /// <summary>A fingerprint of what an edit of the steps could change.</summary>
    public static string HashOf(ImmutableArray<RolloutStep> steps) =>
        Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', steps.Select(s => $"{s.Stores}|{s.MinDuration}"))))
        )[..16];

    private static StepPlan At(ImmutableArray<RolloutStep> steps, int index, int next) =>
        new()
        {
            Index = index,
            Step = steps[index],
            NextIndex = next < steps.Length ? next : null,
        };
}
