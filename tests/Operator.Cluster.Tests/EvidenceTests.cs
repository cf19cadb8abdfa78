using System.Collections.Immutable;
using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>
/// What a rollout makes of versions and of the world around them, by real pods and reports. The good and the bad version of the quickstart are in
/// <see cref="QuickstartTests"/>.
/// </summary>
public sealed class EvidenceTests(TestCluster cluster) : ClusterStory(cluster, "evidence")
{
    private const string Secret = "fault";
    private static readonly ConnectorManifest Connector = A.ConnectorManifest();

    /// <summary>The Secret is no part of the revision, so its fault is on both arms.</summary>
    private static readonly ConnectorManifest WithSharedFault = Connector with { FaultSecret = Secret };

    [Fact]
    public async Task A_version_that_exits_with_0_and_does_nothing_is_rolled_back()
    {
        await BeginAsync(Connector, A.RolloutManifest());

        await Story.ApplyAsync(Connector with { Image = ExampleWorker.Better, Fault = "idle" }, Ct);

        var rolledBack = await Story.AwaitPhaseAsync("shop", "RolledBack", attempt: 1, Ct);
        Assert.Equal("DoesLessThanStable", rolledBack.Status.Attempt?.Reason);
        Assert.Contains("were the versions alike", rolledBack.Status.Attempt?.Message, StringComparison.Ordinal);
        Assert.InRange(MidStep.Candidate(Story.Runs, attempt: 1).Reached.Count, 1, 2);
        Assert.All(Story.Runs.Where(r => r.IsCandidate && r.HasEnded), r => Assert.Equal(0, r.ExitCode));
        Invariants.No_store_ran_twice_in_a_slot(Story.Runs);
    }

    [Fact]
    [Trait(Suite.Name, Suite.Stories)]
    public async Task An_outage_on_both_arms_holds_the_rollout_which_goes_on_by_itself()
    {
        await Story.KubectlAsync(Ct, "create", "secret", "generic", Secret, "--from-literal=fault=none");
        await BeginAsync(WithSharedFault, A.RolloutManifest() with { Steps = [("50%", "20s"), ("100%", "0s")] });
        await Story.ChangeImageAsync("shop", ExampleWorker.Better, Ct);
        await Story.AwaitRunsAsync(
            "both versions run in the cohort",
            runs => runs.Count(r => r is { IsCandidate: true, Succeeded: true }) > 3,
            Ct
        );

        await BreakAsync("exit1");
        var held = await Story.AwaitRolloutAsync(
            "shop",
            "the rollout holds for the outage",
            r => r.Status.Attempt?.Reason == "Outage",
            Ct
        );
        Assert.Equal("Hold", held.Status.Attempt?.Verdict);
        await BreakAsync("none");

        var promoted = await Story.AwaitPhaseAsync("shop", "Promoted", attempt: 1, Ct);
        Assert.Single(promoted.Status.History);
    }

    [Fact]
    [Trait(Suite.Name, Suite.Stories)]
    public async Task One_store_with_a_revoked_token_does_not_stop_the_rollout()
    {
        await Story.KubectlAsync(
            Ct,
            "create",
            "secret",
            "generic",
            "revoked",
            "--from-literal=client_id=demo",
            "--from-literal=client_secret=revoked"
        );
        var connector = Connector with
        {
            StoreSecrets = new Dictionary<string, string> { [Connector.Stores[4]] = "revoked" }.ToImmutableDictionary(),
        };
        await Story.ApplyAsync(connector, Ct);
        await Story.ApplyAsync(A.RolloutManifest(), Ct);
        await Story.AwaitConditionAsync("shop", "StoresFailing", "AuthFailed", Ct);

        await Story.ChangeImageAsync("shop", ExampleWorker.Better, Ct);

        await Story.AwaitPhaseAsync("shop", "Promoted", attempt: 1, Ct);
        Invariants.No_store_ran_twice_in_a_slot(Story.Runs);
    }

    [Fact]
    [Trait(Suite.Name, Suite.Stories)]
    public async Task One_store_that_crashes_the_worker_on_both_versions_blames_nobody()
    {
        await Story.KubectlAsync(
            Ct,
            "create",
            "secret",
            "generic",
            Secret,
            $"--from-literal=fault=crash:{WithSharedFault.Stores[7]}"
        );
        await Story.ApplyAsync(WithSharedFault, Ct);
        // Long enough that the coins of a dozen due times hardly leave the store on stable each time.
        await Story.ApplyAsync(A.RolloutManifest() with { Steps = [("50%", "10s"), ("100%", "60s")] }, Ct);
        await Story.AwaitRunsAsync(
            "the other stores run",
            runs => runs.Where(r => r.Succeeded).SelectMany(r => r.Stores).Distinct().Count() == 19,
            Ct
        );

        await Story.ChangeImageAsync("shop", ExampleWorker.Better, Ct);

        await Story.AwaitPhaseAsync("shop", "Promoted", attempt: 1, Ct);
        Assert.Contains(Story.Runs, r => r is { IsCandidate: true, HasEnded: true, Succeeded: false });
    }

    [Fact]
    [Trait(Suite.Name, Suite.Stories)]
    public async Task A_version_that_breaks_one_store_only_is_rolled_back()
    {
        await BeginAsync(Connector, A.RolloutManifest() with { Steps = [("100%", "10m")] });

        await Story.ApplyAsync(
            Connector with
            {
                Image = ExampleWorker.Better,
                Fault = $"break:{Connector.Stores[7]}",
            },
            Ct
        );

        var rolledBack = await Story.AwaitPhaseAsync("shop", "RolledBack", attempt: 1, Ct);
        Assert.Contains(rolledBack.Status.Attempt?.Reason, (string[])["BreaksStores", "WorseThanStable"]);
        var broken = Story.Runs.Where(r => r.IsCandidate).SelectMany(r => r.Reported).Where(s => s.Failed > 0).ToList();
        Assert.NotEmpty(broken);
        Assert.All(broken, s => Assert.Equal(Connector.Stores[7], s.Store));
    }

    [Fact]
    [Trait(Suite.Name, Suite.Stories)]
    public async Task A_worker_that_never_reports_is_judged_by_how_its_runs_end()
    {
        var silent = Connector with { Fault = "silent" };
        await BeginAsync(silent, A.RolloutManifest() with { Steps = [("50%", "10s")] });

        await Story.ApplyAsync(silent with { Image = ExampleWorker.Better }, Ct);
        await Story.AwaitPhaseAsync("shop", "Promoted", attempt: 1, Ct);

        await Story.ApplyAsync(silent with { Image = ExampleWorker.Bad, Fault = "exit1" }, Ct);
        var rolledBack = await Story.AwaitPhaseAsync("shop", "RolledBack", attempt: 2, Ct);
        Assert.Equal("WorseThanStable", rolledBack.Status.Attempt?.Reason);
    }

    private async Task BeginAsync(ConnectorManifest connector, RolloutManifest rollout)
    {
        await Story.ApplyAsync(connector, Ct);
        await Story.ApplyAsync(rollout, Ct);
        await Story.AwaitEveryStoreAsync(connector, ExampleWorker.Good, Ct);
    }

    private Task<string> BreakAsync(string fault) =>
        Story.KubectlAsync(
            Ct,
            "patch",
            "secret",
            Secret,
            "--type=merge",
            "-p",
            $"{{\"stringData\":{{\"fault\":\"{fault}\"}}}}"
        );
}
