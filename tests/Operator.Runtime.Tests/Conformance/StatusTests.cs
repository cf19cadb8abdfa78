using System.Net;
using System.Text.Json.Nodes;

namespace Operator.Runtime.Tests.Conformance;

/// <summary>The status subresource, the generation, and the default status of a new object.</summary>
public sealed class StatusTests(ConformanceServers servers)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

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
    public async Task A_patch_of_the_status_changes_nothing_but_the_status(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var created = await world.CreateAsync(world.Own.New("a"));

        var told = await world.PatchAsync(
            world.Own.Type,
            created,
            new JsonObject
            {
                ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["set"] = "x" } },
                ["spec"] = new JsonObject { ["connectorRef"] = new JsonObject { ["name"] = "two" } },
                ["status"] = new JsonObject { ["observedGeneration"] = 1 },
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
    public async Task A_patch_merges_objects_removes_nulls_and_keeps_what_it_does_not_name(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var created = await world.CreateAsync(world.Own.New("a"));
        var told = await world.PatchStatusAsync(
            world.Own.Type,
            created,
            new JsonObject { ["observedGeneration"] = 1, ["phase"] = "Progressing" }
        );

        var merged = await world.PatchStatusAsync(world.Own.Type, told, new JsonObject { ["observedGeneration"] = 2 });
        var removed = await world.PatchStatusAsync(world.Own.Type, merged, new JsonObject { ["phase"] = null });

        Assert.Equal("Progressing", merged.Text("status", "phase"));
        Assert.Equal(2, merged.At("status", "observedGeneration")!.Value.GetInt64());
        Assert.Equal("""{"observedGeneration":2}""", removed.At("status")!.Value.GetRawText());
    }

    [Theory]
    [EveryBackend]
    public async Task A_patch_that_changes_nothing_makes_no_version(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var created = await world.CreateAsync(world.Own.New("a"));
        var told = await world.PatchStatusAsync(world.Own.Type, created, new JsonObject { ["observedGeneration"] = 1 });

        var again = await world.PatchStatusAsync(world.Own.Type, told, new JsonObject { ["observedGeneration"] = 1 });

        Assert.Equal(told.ResourceVersion, again.ResourceVersion);
    }

    /// <summary>The shown default of a new object is not stored, so storing it is a change, but only once.</summary>
    [Theory]
    [EveryBackend]
    public async Task An_empty_patch_of_a_new_object_stores_its_default_status(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var created = await world.CreateAsync(world.Own.New("a"));

        var stored = await world.PatchStatusAsync(world.Own.Type, created, new JsonObject());
        var again = await world.PatchStatusAsync(world.Own.Type, stored, new JsonObject());

        Assert.NotEqual(created.ResourceVersion, stored.ResourceVersion);
        Assert.Equal(stored.ResourceVersion, again.ResourceVersion);
    }

    [Theory]
    [EveryBackend]
    public async Task A_main_replacement_leaves_the_status(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var created = await world.CreateAsync(world.Own.New("a"));
        var told = await world.PatchStatusAsync(world.Own.Type, created, new JsonObject { ["observedGeneration"] = 1 });

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
            world.PatchStatusAsync(world.Own.Type, created, new JsonObject { ["observedGeneration"] = 1 })
        );

        Assert.True(refused.IsConflict);
    }

    /// <summary>The version decides alone: no object that was made again under the name has the version of the former one.</summary>
    [Theory]
    [EveryBackend]
    public async Task The_uid_of_a_patch_is_not_compared(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var created = await world.CreateAsync(world.Own.New("a"));

        var told = await world.PatchAsync(
            world.Own.Type,
            created,
            new JsonObject
            {
                ["metadata"] = new JsonObject { ["uid"] = "another", ["resourceVersion"] = created.ResourceVersion },
                ["status"] = new JsonObject { ["observedGeneration"] = 1 },
            }
        );

        Assert.Equal(created.Uid, told.Uid);
        Assert.Equal(1, told.At("status", "observedGeneration")!.Value.GetInt64());
    }

    [Theory]
    [EveryBackend]
    public async Task A_patch_of_an_object_that_is_gone_is_refused(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var created = await world.CreateAsync(world.Own.New("a"));
        await world.Api.DeleteAsync(world.Own.Type, created.Key, created.Uid, Ct);

        var refused = await Assert.ThrowsAsync<KubeApiException>(() =>
            world.PatchStatusAsync(world.Own.Type, created, new JsonObject { ["observedGeneration"] = 1 })
        );

        Assert.True(refused.IsNotFound);
    }

    [Theory]
    [EveryBackend]
    public async Task A_patch_can_not_rename_an_object(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var created = await world.CreateAsync(world.Own.New("a"));

        var refused = await Assert.ThrowsAsync<KubeApiException>(() =>
            world.PatchAsync(
                world.Own.Type,
                created,
                new JsonObject { ["metadata"] = new JsonObject { ["name"] = "b" } }
            )
        );

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
    }

    [Theory]
    [EveryBackend]
    public async Task A_removed_status_is_the_default_again(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var created = await world.CreateAsync(world.Own.New("a"));
        var told = await world.PatchStatusAsync(world.Own.Type, created, new JsonObject { ["observedGeneration"] = 1 });

        var bare = await world.PatchStatusAsync(world.Own.Type, told, status: null);
        var again = await world.PatchStatusAsync(world.Own.Type, bare, new JsonObject());

        Assert.Equal(-1, bare.At("status", "observedGeneration")!.Value.GetInt64());
        Assert.Equal(bare.ResourceVersion, again.ResourceVersion);
    }

    [Theory]
    [EveryCluster]
    public async Task A_kind_without_the_subresource_has_no_such_path(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var created = await world.CreateAsync(CoreTypes.ConfigMaps, Objects.ConfigMap("a"));

        var refused = await Assert.ThrowsAsync<KubeApiException>(() =>
            world.PatchStatusAsync(CoreTypes.ConfigMaps, created, new JsonObject())
        );

        Assert.True(refused.IsNotFound);
    }
}
