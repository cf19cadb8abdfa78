using System.Text.Json;

namespace Operator.Api.Tests;

public sealed class DefaultsTests
{
    [Fact]
    public void Absent_fields_have_their_documented_defaults()
    {
        const string json = """{"metadata":{"name":"a"},"spec":{"flows":[{"name":"orders"}]}}""";

        var connector = JsonSerializer.Deserialize(json, ApiJson.Default.MarketplaceConnector)!;

        Assert.Equal(65532, connector.Spec.Sync.RunAsUser);
        Assert.Equal("10m", connector.Spec.Flows[0].Timeout.Text);
        Assert.Equal(UpdatePolicy.Rollout, connector.Spec.UpdatePolicy);
        Assert.False(connector.Spec.Stores.IsDefault);
        Assert.Equal(-1, connector.Status.ObservedGeneration);
    }

    /// <summary>The API server fills in no default inside a list, so the operator must.</summary>
    [Fact]
    public void Absent_fields_in_lists_have_their_documented_defaults()
    {
        const string json = """
            {"stores":[{"name":"a","credentials":{"secretRef":{"name":"s"}}}],
             "flows":[{"name":"orders","schedule":"* * * * *","uses":[{"api":"orders"}]}],
             "quotas":[{"api":"orders","rate":"5/1s"}]}
            """;
        var spec = JsonSerializer.Deserialize(json, ApiJson.Default.ConnectorSpec)!; // it is an object
        var rollout = JsonSerializer.Deserialize("""{"steps":[{"stores":1}]}""", ApiJson.Default.RolloutSpec)!; // as above

        var flow = spec.Flows[0];
        Assert.Equal(
            ("UTC", "0s", "2m", "1m", "10m"),
            (flow.TimeZone, flow.Spread.Text, flow.StartingDeadline.Text, flow.StartTimeout.Text, flow.Timeout.Text)
        );
        Assert.Equal((25, 10, 0), (flow.MaxStoresPerRun, flow.MaxConcurrentRuns, flow.Retries));
        Assert.Equal(1, flow.Uses[0].CallsPerStore);
        Assert.Equal(QuotaScope.Store, spec.Quotas[0].Scope);
        Assert.Equal((false, true), (spec.Stores[0].Suspend, spec.Stores[0].Credentials?.SecretRef?.Keys.IsEmpty));
        Assert.Equal("0s", rollout.Steps[0].MinDuration.Text);
    }
}
