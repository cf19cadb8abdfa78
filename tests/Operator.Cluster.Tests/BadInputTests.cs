using System.Collections.Immutable;
using Operator.Api;
using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>
/// Mistakes of users. The API server refuses each one, or a condition says what to change; and the connector beside it keeps
/// syncing.
/// </summary>
public sealed class BadInputTests(Neighbourhood neighbourhood) : IClassFixture<Neighbourhood>, IAsyncLifetime
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Story Story => neighbourhood.Story;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync() => await neighbourhood.EndTestAsync();

    [Fact]
    public async Task An_impossible_cron()
    {
        await Story.ApplyAsync(A.ConnectorManifest("cron") with { Stores = A.Stores(2), Schedule = "0 0 31 2 *" }, Ct);

        var ready = await Story.AwaitConditionAsync("cron", "Ready", "InvalidSpec", Ct);

        Assert.Equal("False", ready.Status);
        Assert.Contains("never fires; check its day of month against its month", ready.Message);
        await neighbourhood.AwaitNeighbourGoesOnAsync(Ct);
    }

    [Fact]
    public async Task Two_stores_of_one_name()
    {
        var twins = Story.Yaml(A.ConnectorManifest("twins") with { Stores = ["acme", "acme"] });

        await AssertRefusedOrToldAsync(twins, "twins", "spec.stores", "name");
        await neighbourhood.AwaitNeighbourGoesOnAsync(Ct);
    }

    [Fact]
    public async Task A_Secret_that_is_not_there()
    {
        var connector = A.ConnectorManifest("secretless") with
        {
            Stores = ["acme", "bravo"],
            StoreSecrets = A.ConnectorManifest().StoreSecrets.Add("acme", "nobodys-secret"),
        };
        await Story.ApplyAsync(connector, Ct);

        var failing = await Story.AwaitConditionAsync("secretless", "StoresFailing", "AuthFailed", Ct);

        Assert.Contains("store 'acme'", failing.Message);
        Assert.Contains("check Secret 'nobodys-secret'", failing.Message);
        Assert.DoesNotContain("bravo", failing.Message);
        await Story.AwaitRunsAsync(
            "the store with a Secret is synced",
            runs =>
                runs.Any(r =>
                    r.Connector == "secretless" && r.Log.Any(l => l is { Store: "bravo", Failed: 0, Ok: > 0 })
                ),
            Ct
        );
        await neighbourhood.AwaitNeighbourGoesOnAsync(Ct);
    }

    [Theory]
    [InlineData("0%")]
    [InlineData("101%")]
    public async Task A_step_of_nothing_or_of_more_than_all(string stores)
    {
        await AssertRolloutRefusedOrToldAsync([(stores, "10s")], "spec.steps", "stores", stores);
        await neighbourhood.AwaitNeighbourGoesOnAsync(Ct);
    }

    [Fact]
    public async Task Steps_that_shrink()
    {
        await AssertRolloutRefusedOrToldAsync([("50%", "10s"), ("10%", "10s")], "spec.steps", "only grow");
        await neighbourhood.AwaitNeighbourGoesOnAsync(Ct);
    }

    [Fact]
    public async Task A_field_that_does_not_exist_is_refused_by_strict_validation()
    {
        var misspelt = Story.Yaml(
            A.ConnectorManifest("strict") with
            {
                Stores = A.Stores(2),
                Extra = "suspendd: true",
            }
        );

        var refusal = await Story.TryApplyAsync(misspelt, Ct, "--validate=true");

        Assert.NotEqual(0, refusal.ExitCode);
        Assert.Contains("suspendd", refusal.Error);
    }

    [Fact]
    public async Task A_field_of_a_connector_that_the_cluster_dropped_without_a_word()
    {
        var misspelt = Story.Yaml(
            A.ConnectorManifest("lenient") with
            {
                Stores = A.Stores(2),
                Extra = "suspendd: true",
            }
        );
        (await Story.TryApplyAsync(misspelt, Ct, "--validate=false")).OrThrow();

        var told = await Story.AwaitConditionAsync("lenient", "UnknownField", "UnknownField", Ct);

        Assert.Contains("spec.suspendd", told.Message);
        Assert.Contains("did you mean suspend?", told.Message);
        await neighbourhood.AwaitNeighbourGoesOnAsync(Ct);
    }

    [Fact]
    public async Task A_field_of_a_rollout_that_the_cluster_dropped_without_a_word()
    {
        await Story.ApplyAsync(A.ConnectorManifest("unlimited") with { Stores = A.Stores(2) }, Ct);
        var misspelt = A.RolloutManifest("unlimited")
            .Yaml()
            .Replace("maxErrorRate", "maxErrorRatio", StringComparison.Ordinal);
        (await Story.TryApplyAsync(misspelt, Ct, "--validate=false")).OrThrow();

        var told = await Story.AwaitRolloutAsync(
            "unlimited",
            "the rollout says that a field is unknown",
            r => r.Status.Conditions.Any(c => c.Type == "UnknownField"),
            Ct
        );

        var message = told.Status.Conditions.First(c => c.Type == "UnknownField").Message;
        Assert.Contains("spec.analysis.maxErrorRatio", message);
        Assert.Contains("did you mean maxErrorRate?", message);
    }

    [Fact]
    public async Task An_image_that_cannot_be_pulled()
    {
        var missing = A.ConnectorManifest("imageless") with
        {
            Stores = A.Stores(2),
            Image = "localhost/example-sync-worker:9.9",
        };
        await Story.ApplyAsync(missing, Ct);

        var ready = await Story.AwaitConditionAsync("imageless", "Ready", "ImageUnavailable", Ct);

        Assert.Equal("False", ready.Status);
        Assert.Contains(missing.Image, ready.Message);
        Assert.Contains("correct spec.sync.image", ready.Message);
        await neighbourhood.AwaitNeighbourGoesOnAsync(Ct);
    }

    /// <summary>Newer API servers refuse more objects; for an accepted object, the operator writes a condition.</summary>
    private async Task AssertRefusedOrToldAsync(string manifest, string name, params string[] words)
    {
        var applied = await Story.TryApplyAsync(manifest, Ct);
        var said =
            applied.ExitCode == 0
                ? (await Story.AwaitConditionAsync(name, ConditionTypes.Ready, "InvalidSpec", Ct)).Message
                : applied.Error;
        Assert.All(words, w => Assert.Contains(w, said));
    }

    private async Task AssertRolloutRefusedOrToldAsync(
        ImmutableArray<(string Stores, string MinDuration)> steps,
        params string[] words
    )
    {
        await Story.ApplyAsync(A.ConnectorManifest("stepless") with { Stores = A.Stores(2) }, Ct);
        var applied = await Story.TryApplyAsync((A.RolloutManifest("stepless") with { Steps = steps }).Yaml(), Ct);
        var said = applied.ExitCode == 0 ? await StalledMessageAsync("stepless") : applied.Error;
        Assert.All(words, w => Assert.Contains(w, said));
    }

    private async Task<string> StalledMessageAsync(string rollout)
    {
        static bool IsIt(Condition c) => c is { Type: ConditionTypes.Stalled, Reason: "InvalidSpec" };
        var told = await Story.AwaitRolloutAsync(
            rollout,
            "the rollout is stalled by its invalid spec",
            r => r.Status.Conditions.Any(IsIt),
            Ct
        );
        return told.Status.Conditions.First(IsIt).Message;
    }
}
