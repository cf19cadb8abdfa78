using System.Collections.Immutable;
using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>
/// The worst time for a disturbance: 20 stores on version 1.0, and version 1.1 in its second step, with 10 stores. Also the
/// checks of all stories that start from this state.
/// </summary>
internal static class MidStep
{
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    /// <summary>The steps of <see cref="A.RolloutManifest"/> for 20 stores.</summary>
    private static readonly ImmutableArray<(int Places, TimeSpan MinDuration)> Steps =
    [
        (2, TimeSpan.FromSeconds(10)),
        (10, TimeSpan.FromSeconds(15)),
        (20, TimeSpan.Zero),
    ];

    public static ConnectorManifest Connector { get; } = A.ConnectorManifest();

    public static async Task BeginAsync(Story story, CancellationToken ct)
    {
        await story.ApplyAsync(Connector, ct);
        await story.AwaitEveryStoreAsync(Connector, ExampleWorker.Good, ct);
        await story.ApplyAsync(A.RolloutManifest(), ct);
        await story.ChangeImageAsync(Connector.Name, ExampleWorker.Better, ct);
        await story.AwaitRunsAsync(
            "stores of the second step run 1.1",
            runs => Candidate(runs, 1).Reached.Count > 2,
            ct
        );
    }

    /// <summary>The spread of one attempt's candidate.</summary>
    public static Spread Candidate(IEnumerable<SeenRun> runs, int attempt) =>
        Spread.Of(runs.Where(r => r.Attempt == attempt));

    /// <summary>Checks cohorts and step durations of one attempt by its pods.</summary>
    public static void Assert_kept_its_steps(ImmutableArray<SeenRun> runs, int attempt)
    {
        Invariants.Spread_kept_its_steps(runs.Where(r => r.Attempt == attempt), Steps);
        Invariants.A_store_ran_one_version_on_a_due_time(runs, attempt);
    }

    /// <summary>Waits until every store has run the image successfully in a slot after the last candidate's slot.</summary>
    public static async Task AwaitAllOnStableAsync(
        Story story,
        ConnectorManifest connector,
        string image,
        CancellationToken ct
    ) =>
        await story.AwaitRunsAsync(
            $"every store ran {image} after the last candidate's slot",
            runs => RanStableSince(runs, connector, image).IsSupersetOf(connector.Stores),
            ct
        );

    private static ImmutableHashSet<string> RanStableSince(
        ImmutableArray<SeenRun> runs,
        ConnectorManifest connector,
        string image
    )
    {
        var ours = runs.Where(r => r.Connector == connector.Name).ToList();
        var last = ours.Where(r => r.IsCandidate).Select(r => r.Slot).DefaultIfEmpty().Max();
        return [.. ours.Where(r => r.Slot > last && r.Image == image && r.Succeeded).SelectMany(r => r.Stores)];
    }
}
