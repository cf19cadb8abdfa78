using System.Text.Json;
using Operator.Testing;

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

    /// <summary>Minima and deadlines that nobody wrote are known as such; only what a user wrote is refused.</summary>
    [Fact]
    public void Minima_are_computed_and_stay_unwritten()
    {
        const string json =
            """{"steps":[{"stores":1},{"stores":2,"evidence":{"minItems":0}}],"evidence":{"minRuns":3}}""";
        var spec = JsonSerializer.Deserialize(json, ApiJson.Default.RolloutSpec)!; // it is an object

        Assert.Equal(new Minima(Runs: 3, Items: 50, Stores: 2), spec.MinimaOf(spec.Steps[0]));
        Assert.Equal(new Minima(Runs: 3, Items: 0, Stores: 2), spec.MinimaOf(spec.Steps[1]));
        Assert.Equal((3, null, null), (spec.Evidence.MinRuns, spec.Evidence.MinItems, spec.Evidence.MinStores));
        Assert.Null(spec.Deadlines.Evidence);
        Assert.Equal(new Minima(Runs: 10, Items: 50, Stores: 2), new EvidenceMinima().With(step: null));
    }

    [Fact]
    public void Limits_have_their_documented_defaults()
    {
        var spec = JsonSerializer.Deserialize("{}", ApiJson.Default.RolloutSpec)!; // it is an object

        Assert.Equal(
            ("2%", "50%", "50%", "1%", "50%"),
            (
                spec.Analysis.MaxErrorRate.Text,
                spec.Analysis.MaxIncrease.Text,
                spec.Analysis.MaxVolumeDrop.Text,
                spec.Analysis.FalseAbortRate.Text,
                spec.Analysis.Control.Text
            )
        );
        Assert.Equal((InFlight.Drain, OnDeadline.Hold), (spec.InFlight, spec.Deadlines.OnDeadline));
        Assert.True(spec.Analysis.HasControl());
        Assert.True(spec.Evidence.Judges("orders"));
        Assert.False((spec.Evidence with { Flows = ["prices"] }).Judges("orders"));
    }

    [Fact]
    public void A_rollout_with_every_field_is_written_as_it_was_read()
    {
        var written = JsonSerializer.SerializeToElement(A.FullRollout(), ApiJson.Default.SyncRollout);

        Assert.True(
            JsonElement.DeepEquals(
                JsonElement.Parse(A.FullRolloutJson()["spec"]!.ToJsonString()),
                written.GetProperty("spec")
            ),
            written.GetRawText()
        );
    }

    /// <summary>An operator before coins kept the list of flows where the mean is now.</summary>
    [Fact]
    public void The_status_of_an_older_operator_can_be_read()
    {
        const string json = """{"attempt":{"number":3,"evidence":[{"flow":"orders","runs":12,"itemsOk":100}]}}""";

        var attempt = JsonSerializer.Deserialize(json, ApiJson.Default.RolloutStatus)!.Attempt!;

        Assert.Equal((3, ""), (attempt.Number, attempt.Evidence));
    }
}
