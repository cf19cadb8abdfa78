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
}
