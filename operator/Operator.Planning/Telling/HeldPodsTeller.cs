using Operator.Planning.Facts;

namespace Operator.Planning.Telling;

/// <summary>The condition that finalizers of others keep pods of ended runs.</summary>
internal static class HeldPodsTeller
{
    private const int MostNamed = 3;

    /// <summary>Null: none is kept for long.</summary>
    public static ConditionDraft? Tell(Observation seen)
    {
        var finalizers = HeldPods.Told(seen);
        if (finalizers.IsEmpty)
        {
            return null;
        }
        var named = string.Join(", ", finalizers.Take(MostNamed).Select(f => $"'{ForeignText.Line(f)}'"));
        var more = finalizers.Length > MostNamed ? $" and {finalizers.Length - MostNamed} more" : "";
        var (word, keeps, it) = finalizers.Length == 1 ? ("finalizer", "keeps", "it") : ("finalizers", "keep", "them");
        return ConditionDraft.True(
            Reasons.PodsHeld,
            Reasons.PodsHeld,
            $"pods of ended runs, such as '{HeldPods.Oldest(seen)}', were deleted more than 5 minutes ago, and the {word} {named}{more} of others {keeps} them in the cluster; they don't count towards --finished-pods-cap; see to whoever sets {it}"
        );
    }
}
