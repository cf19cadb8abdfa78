using System.Globalization;

namespace Operator.Planning.Tests.Judging.Worlds;

/// <summary>How many rollouts of a world ended how, and how many the other rules would have aborted.</summary>
internal sealed record RolloutRow(string World, int Stores, IReadOnlyList<RolloutResult> Results)
{
    public int Failed => Results.Count(r => r.End == RolloutEnd.Failed);
    public int Held => Results.Count(r => r.End == RolloutEnd.Held);
    public int Completed => Results.Count(r => r.End == RolloutEnd.Completed);

    public static string Heading { get; } =
        $"{"world", -54} stores  judge: failed   held  completed  @median | threshold   Argo  Flagger";

    public static RolloutRow Of(World world, Harm harm, int stores, int rollouts, int seed) =>
        new(
            harm == Harm.None ? world.Name : harm.Name,
            stores,
            [
                .. Enumerable
                    .Range(0, rollouts)
                    .Select(i =>
                        SimulatedRollout.Play(world, harm, stores, unchecked((seed * 1_000_003) + (i * 7919) + stores))
                    ),
            ]
        );

    public override string ToString()
    {
        var failedAt = Results.Where(r => r.End == RolloutEnd.Failed).Select(r => r.At + 1).Order().ToList();
        var median = failedAt.Count == 0 ? "" : failedAt[failedAt.Count / 2].ToString(CultureInfo.InvariantCulture);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{World, -54} {Stores, 6}  {Share(r => r.End == RolloutEnd.Failed), 13}  {Share(r => r.End == RolloutEnd.Held), 5}  {Share(r => r.End == RolloutEnd.Completed), 9}  {median, 7} | {Share(r => r.Others.ThresholdAborts), 9}  {Share(r => r.Others.ArgoAborts), 5}  {Share(r => r.Others.FlaggerAborts), 7}"
        );
    }

    private string Share(Func<RolloutResult, bool> isSo) =>
        string.Create(CultureInfo.InvariantCulture, $"{100.0 * Results.Count(isSo) / Results.Count:0.#}%");
}
