using System.Text.Json.Nodes;

namespace Operator.Runtime.Tests.Conformance;

/// <summary>Deletions: preconditions, finalizers, owners, namespaces.</summary>
public sealed class DeleteTests(ConformanceServers servers)
{
    private const string OtherUid = "0b1a4bd0-0000-4000-8000-000000000000";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [EveryBackend]
    public async Task A_deletion_says_whether_it_was_the_one_that_was_meant(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var created = await world.CreateAsync(world.Own.New("a"));

        Assert.Equal(Deletion.OtherUid, await world.Api.DeleteAsync(world.Own.Type, created.Key, OtherUid, Ct));
        Assert.NotNull(await world.GetAsync(world.Own.Type, "a"));
        Assert.Equal(Deletion.Deleted, await world.Api.DeleteAsync(world.Own.Type, created.Key, created.Uid, Ct));
        Assert.Null(await world.GetAsync(world.Own.Type, "a"));
        Assert.Equal(Deletion.AlreadyGone, await world.Api.DeleteAsync(world.Own.Type, created.Key, created.Uid, Ct));
    }

    [Theory]
    [EveryBackend]
    public async Task An_object_that_changed_is_not_deleted_in_the_state_that_it_had(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var before = await world.CreateAsync(world.Own.New("a"));
        var now = await world.ReplaceAsync(
            world.Own.Type,
            before,
            i => i["metadata"]!["labels"] = new JsonObject { ["changed"] = "yes" }
        );

        Task<Deletion> DeleteAsync(string version) =>
            world.Api.DeleteAsync(
                world.Own.Type,
                before.Key,
                new DeleteOptions { Uid = before.Uid, ResourceVersion = version },
                Ct
            );

        Assert.Equal(Deletion.OtherUid, await DeleteAsync(before.ResourceVersion));
        Assert.NotNull(await world.GetAsync(world.Own.Type, "a"));
        Assert.Equal(Deletion.Deleted, await DeleteAsync(now.ResourceVersion));
        Assert.Null(await world.GetAsync(world.Own.Type, "a"));
    }

    [Theory]
    [EveryBackend]
    public async Task A_name_that_is_used_again_has_another_uid(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var first = await world.CreateAsync(world.Own.New("a"));
        await world.Api.DeleteAsync(world.Own.Type, first.Key, uid: null, Ct);

        var second = await world.CreateAsync(world.Own.New("a"));

        Assert.NotEqual(first.Uid, second.Uid);
        Assert.Equal(Deletion.OtherUid, await world.Api.DeleteAsync(world.Own.Type, first.Key, first.Uid, Ct));
    }

    [Theory]
    [EveryBackend]
    public async Task A_finalizer_keeps_a_deleted_object_until_it_is_taken_away(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var item = world.Own.New("a");
        item["metadata"]!["finalizers"] = new JsonArray("example.com/hold");
        var created = await world.CreateAsync(item);

        await world.Api.DeleteAsync(world.Own.Type, created.Key, uid: null, Ct);
        var going = await world.GetAsync(world.Own.Type, "a");
        Assert.NotNull(going!.DeletionTimestamp);
        Assert.Equal(2, OwnKind.Generation(going));
        await world.ReplaceAsync(world.Own.Type, going, i => i["metadata"]!.AsObject().Remove("finalizers"));

        Assert.Null(await world.GetAsync(world.Own.Type, "a"));
    }

    [Theory]
    [EveryCluster]
    public async Task What_is_owned_goes_with_its_last_owner(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var owner = await world.CreateAsync(CoreTypes.ConfigMaps, Objects.ConfigMap("owner"));
        var other = await world.CreateAsync(CoreTypes.ConfigMaps, Objects.ConfigMap("other"));
        await world.CreateAsync(CoreTypes.ConfigMaps, Objects.OwnedBy(Objects.ConfigMap("child"), owner));
        var shared = Objects.OwnedBy(Objects.ConfigMap("shared"), owner);
        shared["metadata"]!["ownerReferences"]!
            .AsArray()
            .Add(Objects.OwnedBy(Objects.ConfigMap("x"), other)["metadata"]!["ownerReferences"]![0]!.DeepClone());
        await world.CreateAsync(CoreTypes.ConfigMaps, shared);
        await world.CreateAsync(CoreTypes.ConfigMaps, Objects.ConfigMap("stranger"));

        await world.Api.DeleteAsync(CoreTypes.ConfigMaps, owner.Key, uid: null, Ct);
        await UntilGoneAsync(world, "child");
        Assert.NotNull(await world.GetAsync(CoreTypes.ConfigMaps, "shared"));

        await world.Api.DeleteAsync(CoreTypes.ConfigMaps, other.Key, uid: null, Ct);
        await UntilGoneAsync(world, "shared");
        Assert.NotNull(await world.GetAsync(CoreTypes.ConfigMaps, "stranger"));
    }

    [Theory]
    [EveryCluster]
    public async Task An_object_whose_owner_does_not_exist_is_deleted(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var owner = await world.CreateAsync(CoreTypes.ConfigMaps, Objects.ConfigMap("owner"));
        await world.Api.DeleteAsync(CoreTypes.ConfigMaps, owner.Key, uid: null, Ct);

        await world.CreateAsync(CoreTypes.ConfigMaps, Objects.OwnedBy(Objects.ConfigMap("orphan"), owner));

        await UntilGoneAsync(world, "orphan");
    }

    [Theory]
    [EveryCluster]
    public async Task Objects_of_ours_own_objects_of_Kubernetes(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var owner = await world.CreateAsync(world.Own.New("owner"));
        await world.CreateAsync(CoreTypes.ConfigMaps, Objects.OwnedBy(Objects.ConfigMap("child"), owner));

        await world.Api.DeleteAsync(world.Own.Type, owner.Key, uid: null, Ct);

        await UntilGoneAsync(world, "child");
    }

    [Theory]
    [EveryCluster]
    public async Task A_namespace_that_is_missing_is_not_found(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);

        var refused = await Assert.ThrowsAsync<KubeApiException>(() =>
            world.Api.CreateAsync(CoreTypes.ConfigMaps, "nowhere-at-all", Objects.ConfigMap("a").Bytes(), Ct)
        );

        Assert.True(refused.IsNotFound);
        Assert.Equal("NotFound", refused.Reason);
    }

    [Theory]
    [EveryCluster]
    public async Task A_namespace_that_terminates_refuses_creations_and_goes_when_it_is_empty(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var held = Objects.ConfigMap("held");
        held["metadata"]!["finalizers"] = new JsonArray("example.com/hold");
        await world.CreateAsync(CoreTypes.ConfigMaps, held);
        var place = new ObjectKey("", world.Namespace);

        await world.Api.DeleteAsync(CoreTypes.Namespaces, place, uid: null, Ct);

        var terminating = await world.Api.GetAsync(CoreTypes.Namespaces, place, Ct);
        Assert.Equal("Terminating", terminating!.Text("status", "phase"));
        var refused = await Assert.ThrowsAsync<KubeApiException>(() =>
            world.CreateAsync(CoreTypes.ConfigMaps, Objects.ConfigMap("late"))
        );
        Assert.True(refused.IsForbidden);
        Assert.Contains("because it is being terminated", refused.Message, StringComparison.Ordinal);
        var going = await world.UntilAsync(
            async () =>
                await world.GetAsync(CoreTypes.ConfigMaps, "held") is { DeletionTimestamp: not null } item
                    ? item
                    : null,
            "the deletion of the namespace's content"
        );
        await world.ReplaceAsync(CoreTypes.ConfigMaps, going, i => i["metadata"]!.AsObject().Remove("finalizers"));
        await world.UntilAsync(
            async () => await world.Api.GetAsync(CoreTypes.Namespaces, place, Ct) is null,
            "the end of the namespace"
        );
    }

    private static Task UntilGoneAsync(ConformanceWorld world, string configMap) =>
        world.UntilAsync(
            async () => await world.GetAsync(CoreTypes.ConfigMaps, configMap) is null,
            $"the end of {configMap}"
        );
}
