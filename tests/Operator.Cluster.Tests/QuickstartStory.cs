using System.Collections.Immutable;
using Operator.Api;
using Operator.Testing;
using Xunit.Sdk;

namespace Operator.Cluster.Tests;

/// <summary>
/// The demo: apply the quickstart with version 1.0, change the image to 1.1, then to 1.2, and suspend. It runs
/// once; <see cref="QuickstartTests"/> checks what happened.
/// </summary>
public sealed class QuickstartStory(TestCluster cluster) : IAsyncLifetime
{
    public const string Connector = "amazon-eu";

    private const string Folder = "examples/quickstart";

    /// <summary>The schedule of the example, in place of which the story is due more often, to be short.</summary>
    private const string Every = "@every 30s";

    private static readonly ConnectorManifest Stores = A.ConnectorManifest(Connector) with { Stores = A.Stores(40) };
    private Story? _story;

    internal Story Story => _story ?? throw new InvalidOperationException("the story has not begun");
    internal ImmutableArray<SeenRun> Runs => Story.Runs;
    internal SyncRollout Promoted { get; private set; } = new();
    internal SyncRollout RolledBack { get; private set; } = new();

    public async ValueTask InitializeAsync()
    {
        var ct = TestContext.Current.CancellationToken;
        _story = await Story.BeginAsync(cluster, "quickstart", ct);
        try
        {
            await HappenAsync(_story, ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            throw new XunitException($"{e.Message}\n{await _story.DescribeAsync(ct)}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_story is not null)
        {
            await _story.DisposeAsync();
        }
    }

    private async Task HappenAsync(Story story, CancellationToken ct)
    {
        foreach (var file in new[] { "marketplace.yaml", "rollout.yaml" })
        {
            await story.KubectlAsync(ct, "apply", "-f", $"{Folder}/{file}");
        }
        var connector = await File.ReadAllTextAsync(Repository.PathOf($"{Folder}/connector.yaml"), ct);
        Assert.Contains(Every, connector, StringComparison.Ordinal);
        (await story.TryApplyAsync(connector.Replace(Every, "@every 10s", StringComparison.Ordinal), ct)).OrThrow();
        await story.AwaitEveryStoreAsync(Stores, ExampleWorker.Good, ct);

        await story.ChangeImageAsync(Connector, ExampleWorker.Better, ct);
        Promoted = await story.AwaitPhaseAsync(Connector, "Promoted", attempt: 1, ct);

        await story.ChangeImageAsync(Connector, ExampleWorker.Bad, ct);
        RolledBack = await story.AwaitPhaseAsync(Connector, "RolledBack", attempt: 2, ct);
        await MidStep.AwaitAllOnStableAsync(story, Stores, ExampleWorker.Better, ct);

        await story.SuspendAsync(Connector, ct);
        await story.AwaitRunsAsync(
            "every run has ended and its log was read",
            runs => runs.All(r => r.HasEnded && (r.ExitCode is null || r.IsLogRead)),
            ct
        );
    }
}
