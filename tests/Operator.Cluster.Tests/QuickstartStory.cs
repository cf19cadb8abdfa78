using System.Collections.Immutable;
using Operator.Api;
using Operator.Testing;
using Xunit.Sdk;

namespace Operator.Cluster.Tests;

/// <summary>
/// The demo as a user runs it: apply the quickstart with version 1.0, change the image to 1.1, then to 1.2, and suspend. It runs
/// once; <see cref="QuickstartTests"/> checks what happened.
/// </summary>
public sealed class QuickstartStory(TestCluster cluster) : IAsyncLifetime
{
    public const string Connector = "amazon-eu";

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
        await story.KubectlAsync(ct, "apply", "-f", "examples/quickstart");
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
