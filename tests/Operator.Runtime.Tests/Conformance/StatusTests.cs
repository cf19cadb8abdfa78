using System.Text.Json.Nodes;

namespace Operator.Runtime.Tests.Conformance;

/// <summary>The status subresource, the generation, and the default status of a new object.</summary>
public sealed class StatusTests(ConformanceServers servers)
{
    [Theory]
    [EveryBackend]
    public async Task A_fresh_object_has_the_default_status_whatever_its_creator_says(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var item = world.Own.New("a");
        item["status"] = new JsonObject { ["observedGeneration"] = 5, ["phase"] = "Progressing" };

        var created = await world.CreateAsync(item);
        var read = await world.GetAsync(world.Own.Type, "a");

        Assert.Equal("""{"observedGeneration":-1}""", created.At("status")!.Value.GetRawText());
        Assert.Equal("""{"observedGeneration":-1}""", read!.At("status")!.Value.GetRawText());
    }

    [Theory]
    [EveryBackend]
    public async Task A_status_replacement_takes_nothing_but_the_status(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var created = await world.CreateAsync(world.Own.New("a"));

        var told = await world.ReplaceStatusAsync(
            world.Own.Type,
            created,
            item =>
            {
                item["status"] = new JsonObject { ["observedGeneration"] = 1 };
                item["spec"]!["connectorRef"]!["name"] = "two";
                item["metadata"]!["labels"] = new JsonObject { ["set"] = "x" };
            }
        );

        Assert.Equal("one", told.Text("spec", "connectorRef", "name"));
        Assert.Null(told.Label("set"));
        Assert.Equal(1, told.At("status", "observedGeneration")!.Value.GetInt64());
        Assert.Equal(1, OwnKind.Generation(told));
        Assert.NotEqual(created.ResourceVersion, told.ResourceVersion);
    }

    [Theory]
    [EveryBackend]
    public async Task A_status_can_be_written_without_the_rest_of_the_object(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var created = await world.CreateAsync(world.Own.New("a"));

        var told = await world.ReplaceStatusAsync(
            world.Own.Type,
            created,
            item =>
            {
                item["status"] = new JsonObject { ["observedGeneration"] = 1 };
                item.Remove("spec");
            }
        );

        Assert.Equal("one", told.Text("spec", "connectorRef", "name"));
    }

    [Theory]
    [EveryBackend]
    public async Task A_main_replacement_leaves_the_status(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var created = await world.CreateAsync(world.Own.New("a"));
        var told = await world.ReplaceStatusAsync(
            world.Own.Type,
            created,
            item => item["status"] = new JsonObject { ["observedGeneration"] = 1 }
        );

        var edited = await world.ReplaceAsync(
            world.Own.Type,
            told,
            item =>
            {
                item["spec"]!["connectorRef"]!["name"] = "two";
                item.Remove("status");
            }
        );

        Assert.Equal(1, edited.At("status", "observedGeneration")!.Value.GetInt64());
        Assert.Equal("two", edited.Text("spec", "connectorRef", "name"));
    }

    [Theory]
    [EveryBackend]
    public async Task The_generation_counts_changes_of_the_spec_only(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var item = await world.CreateAsync(world.Own.New("a"));

        item = await world.ReplaceAsync(world.Own.Type, item, i => i["spec"]!["connectorRef"]!["name"] = "two");
        Assert.Equal(2, OwnKind.Generation(item));
        item = await world.ReplaceAsync(
            world.Own.Type,
            item,
            i => i["metadata"]!["labels"] = new JsonObject { ["set"] = "x" }
        );
        Assert.Equal(2, OwnKind.Generation(item));
        item = await world.ReplaceAsync(world.Own.Type, item, i => i["metadata"]!["generation"] = 9);

        Assert.Equal(2, OwnKind.Generation(item));
    }

    [Theory]
    [EveryBackend]
    public async Task A_stale_status_is_a_conflict(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var created = await world.CreateAsync(world.Own.New("a"));
        await world.ReplaceAsync(world.Own.Type, created, i => i["spec"]!["connectorRef"]!["name"] = "two");

        var refused = await Assert.ThrowsAsync<KubeApiException>(() =>
            world.ReplaceStatusAsync(
                world.Own.Type,
                created,
                item => item["status"] = new JsonObject { ["observedGeneration"] = 1 }
            )
        );

        Assert.True(refused.IsConflict);
    }

    [Theory]
    [EveryBackend]
    public async Task A_removed_status_is_the_default_again(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var created = await world.CreateAsync(world.Own.New("a"));
        var told = await world.ReplaceStatusAsync(
            world.Own.Type,
            created,
            item => item["status"] = new JsonObject { ["observedGeneration"] = 1 }
        );

        var bare = await world.ReplaceStatusAsync(world.Own.Type, told, item => item.Remove("status"));

        Assert.Equal(-1, bare.At("status", "observedGeneration")!.Value.GetInt64());
    }

    [Theory]
    [EveryCluster]
    public async Task A_kind_without_the_subresource_has_no_such_path(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var created = await world.CreateAsync(CoreTypes.ConfigMaps, Objects.ConfigMap("a"));

        var refused = await Assert.ThrowsAsync<KubeApiException>(() =>
            world.ReplaceStatusAsync(CoreTypes.ConfigMaps, created, _ => { })
        );

        Assert.True(refused.IsNotFound);
    }
}
