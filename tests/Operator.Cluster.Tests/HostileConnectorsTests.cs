using System.Text.Json.Nodes;
using Operator.Api;
using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>
/// Extreme connectors. Each one runs, or the API server or a condition refuses it and says what to change. The operator throws for
/// none of them, and the connector beside them keeps syncing.
/// </summary>
public sealed class HostileConnectorsTests(Neighbourhood neighbourhood) : IClassFixture<Neighbourhood>, IAsyncLifetime
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Story Story => neighbourhood.Story;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync() => await neighbourhood.EndTestAsync();

    [Fact]
    public async Task Each_runs_or_is_refused_with_clear_words()
    {
        var applied = new List<(Hostile Hostile, string? Refusal)>();
        foreach (var hostile in Hostile.All(Connector))
        {
            // Server-side apply, like Argo CD and Flux: a client-side apply would copy the whole object into an annotation.
            var answer = await Story.TryApplyAsync(
                hostile.Manifest.ToJsonString(),
                Ct,
                "--server-side",
                "--validate=false"
            );
            applied.Add((hostile, answer.ExitCode == 0 ? null : answer.Error));
        }
        var wrong = new List<string>();
        foreach (var (hostile, refusal) in applied)
        {
            var said = refusal ?? await ToldAsync(hostile);
            if (!hostile.Words.All(w => said.Contains(w, StringComparison.Ordinal)))
            {
                wrong.Add($"{hostile.What}: wanted {string.Join(" and ", hostile.Words)} in: {said}");
            }
        }

        Assert.Empty(wrong);
        await neighbourhood.AwaitNeighbourGoesOnAsync(Ct);
        Assert.Empty(await Story.FailedReconcilesAsync(Ct));
    }

    /// <summary>The operator's message for a refused connector; empty for a connector that must run, after one of its runs succeeded.</summary>
    private async Task<string> ToldAsync(Hostile hostile)
    {
        if (hostile.Words.IsEmpty)
        {
            await Story.AwaitRunsAsync(
                $"{hostile.What}: a run succeeds",
                runs => runs.Any(r => r.Connector == hostile.Name && r.Succeeded),
                Ct
            );
            return "";
        }
        var told = await Story.AwaitConnectorAsync(
            hostile.Name,
            $"{hostile.What}: a condition refuses it",
            c => c.Status.Conditions.Any(IsRefusal),
            Ct
        );
        return told.Status.Conditions.First(IsRefusal).Message;
    }

    private static bool IsRefusal(Condition c) =>
        c is { Type: ConditionTypes.Ready, Status: "False", Reason: "InvalidSpec" };

    private JsonObject Connector(string name) =>
        JsonNode
            .Parse(
                $$$"""
                {
                  "apiVersion": "marketplace-operator.io/v1alpha1", "kind": "MarketplaceConnector", "metadata": {"name": "{{{name}}}"},
                  "spec": {
                    "marketplace": "Amazon", "environment": "Development",
                    "sync": {
                      "image": "{{{ExampleWorker.Good}}}", "imagePullPolicy": "IfNotPresent",
                      "env": [{"name": "MARKETPLACE_URL", "value": "{{{Story.MarketplaceUrl}}}"}],
                      "resources": {"requests": {"cpu": "5m", "memory": "16Mi"}, "limits": {"memory": "128Mi"}}
                    },
                    "credentials": {"secretRef": {"name": "amazon-eu-app"}},
                    "flows": [{"name": "orders", "schedule": "@every 20s", "startingDeadline": "60s", "startTimeout": "40s", "timeout": "30s"}],
                    "stores": [{"name": "acme"}, {"name": "bravo"}]
                  }
                }
                """
            )!
            .AsObject();
}
