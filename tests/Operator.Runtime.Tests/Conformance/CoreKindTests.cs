using System.Net;
using System.Text.Json.Nodes;

namespace Operator.Runtime.Tests.Conformance;

/// <summary>Creations and replacements of built-in kinds.</summary>
public sealed class CoreKindTests(ConformanceServers servers)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [EveryCluster]
    public async Task An_equal_replacement_of_what_has_no_defaults_changes_nothing(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var created = await world.CreateAsync(CoreTypes.ConfigMaps, Objects.ConfigMap("a"));

        var replaced = await world.ReplaceAsync(CoreTypes.ConfigMaps, created, _ => { });

        Assert.Equal(created.ResourceVersion, replaced.ResourceVersion);
    }

    [Theory]
    [EveryCluster]
    public async Task A_replacement_without_a_version_overwrites_a_config_map_and_no_lease(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var map = await world.CreateAsync(CoreTypes.ConfigMaps, Objects.ConfigMap("a"));
        var lease = await world.CreateAsync(CoreTypes.Leases, Objects.Lease("a", "me"));

        var replaced = await world.ReplaceAsync(
            CoreTypes.ConfigMaps,
            map,
            item =>
            {
                WithoutVersion(item);
                item["data"]!["value"] = "2";
            }
        );
        var refused = await Assert.ThrowsAsync<KubeApiException>(() =>
            world.ReplaceAsync(CoreTypes.Leases, lease, WithoutVersion)
        );

        Assert.Equal("2", replaced.Text("data", "value"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
    }

    [Theory]
    [EveryCluster]
    public async Task A_replacement_makes_a_lease_that_is_missing_and_no_config_map(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);

        var lease = await world.Api.ReplaceAsync(
            CoreTypes.Leases,
            world.Key("a"),
            Objects.Lease("a", "me").Bytes(),
            Ct
        );
        var refused = await Assert.ThrowsAsync<KubeApiException>(() =>
            world.Api.ReplaceAsync(CoreTypes.ConfigMaps, world.Key("a"), Objects.ConfigMap("a").Bytes(), Ct)
        );

        Assert.Equal("me", lease.Text("spec", "holderIdentity"));
        Assert.True(refused.IsNotFound);
    }

    [Theory]
    [EveryCluster]
    public async Task The_content_of_an_immutable_config_map_stays_and_its_labels_may_change(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var item = Objects.ConfigMap("a");
        item["immutable"] = true;
        var created = await world.CreateAsync(CoreTypes.ConfigMaps, item);

        foreach (
            var change in (Action<JsonObject>[])
                [
                    m => m["data"]!["value"] = "2",
                    m => m.Remove("immutable"),
                    m => m["binaryData"] = new JsonObject { ["part"] = "AAAA" },
                ]
        )
        {
            var refused = await Assert.ThrowsAsync<KubeApiException>(() =>
                world.ReplaceAsync(CoreTypes.ConfigMaps, created, change)
            );
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        }
        var labelled = await world.ReplaceAsync(
            CoreTypes.ConfigMaps,
            created,
            m => m["metadata"]!["labels"] = new JsonObject { ["set"] = "x" }
        );

        Assert.Equal("x", labelled.Label("set"));
    }

    [Theory]
    [EveryCluster]
    public async Task Events_are_plain_objects(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);

        var created = await world.CreateAsync(
            CoreTypes.Events,
            new JsonObject
            {
                ["apiVersion"] = "events.k8s.io/v1",
                ["kind"] = "Event",
                ["metadata"] = new JsonObject { ["name"] = "a.1" },
                ["eventTime"] = "2026-03-01T12:00:00.000000Z",
                ["type"] = "Normal",
                ["reason"] = "Tested",
                ["action"] = "Tested",
                ["note"] = "a test",
                ["reportingController"] = "example.com/test",
                ["reportingInstance"] = "test-1",
                ["regarding"] = new JsonObject
                {
                    ["apiVersion"] = "v1",
                    ["kind"] = "ConfigMap",
                    ["namespace"] = world.Namespace,
                    ["name"] = "a",
                },
            }
        );

        Assert.Equal("a test", created.Text("note"));
        Assert.Equal("Tested", (await world.GetAsync(CoreTypes.Events, "a.1"))!.Text("reason"));
    }

    private static void WithoutVersion(JsonObject item) => item["metadata"]!.AsObject().Remove("resourceVersion");
}
