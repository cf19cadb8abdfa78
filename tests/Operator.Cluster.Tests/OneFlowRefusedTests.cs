using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>A webhook that nobody can reach fails every create of one flow's pods; the connector's other flow does not notice.</summary>
public sealed class OneFlowRefusedTests(TestCluster cluster) : ClusterStory(cluster, "one-flow")
{
    private const string Name = "one-flow";

    /// <summary>More creates than the operator sends at a time.</summary>
    private static readonly ConnectorManifest Connector = A.ConnectorManifest(Name) with
    {
        Stores = A.Stores(20),
        Schedule = "@every 30s",
        StartingDeadline = "25s",
        MaxStoresPerRun = 5,
        SecondFlow =
            "{name: prices, schedule: '@every 30s', startingDeadline: 25s, startTimeout: 60s, timeout: 30s, maxStoresPerRun: 1, maxConcurrentRuns: 20}",
    };

    /// <summary>
    /// 192.0.2.1 answers nobody (RFC 5737), so a create fails after a time-out. Where the machine has no route, it fails at once.
    /// </summary>
    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("127.0.0.1")]
    [Trait(Suite.Name, Suite.Stories)]
    public async Task A_flow_whose_pods_are_refused_leaves_the_other_flow_alone(string host)
    {
        try
        {
            await FailPodsOfPricesAsync(host);
            await Story.ApplyAsync(Connector, Ct);

            // Two due times whole, of a flow that begins together with the other one.
            await Story.AwaitRunsAsync(
                "each store has run on two due times",
                runs =>
                    runs.Where(r => r.Flow == "orders" && r.Succeeded)
                        .GroupBy(r => r.Slot)
                        .Count(slot => slot.Sum(r => r.Stores.Length) == Connector.Stores.Length) >= 2,
                Ct
            );

            var status = (await Story.ConnectorAsync(Name, Ct)).Status;
            Assert.Equal(0, status.Flows.Single(f => f.Name == "orders").Missed.StoreSyncs);
            Assert.DoesNotContain(Story.Runs, r => r.Flow == "prices");
        }
        finally
        {
            await Story.Kube.KubectlAsync(
                CancellationToken.None, // it concerns the namespace of this story alone, but outlives it
                ["delete", "validatingwebhookconfiguration", Story.Namespace, "--ignore-not-found"]
            );
        }

        await Story.AwaitRunsAsync(
            "the refused flow runs",
            runs => runs.Any(r => r.Flow == "prices" && r.Succeeded),
            Ct
        );
        Invariants.No_store_ran_twice_in_a_slot(Story.Runs);
    }

    private async Task FailPodsOfPricesAsync(string host)
    {
        await Story.Kube.KubectlAsync(Ct, ["label", "namespace", Story.Namespace, $"reviewed={Story.Namespace}"]);
        await Story.Kube.ApplyAsync(
            "default",
            $$"""
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingWebhookConfiguration
            metadata: {name: {{Story.Namespace}}}
            webhooks:
            - name: away.example.com
              clientConfig: {url: "https://{{host}}:9/review"}
              namespaceSelector: {matchLabels: {reviewed: "{{Story.Namespace}}"} }
              objectSelector: {matchLabels: {marketplace-operator.io/flow: prices} }
              rules: [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}]
              failurePolicy: Fail
              timeoutSeconds: 20
              sideEffects: None
              admissionReviewVersions: [v1]
            """,
            Ct
        );
    }
}
