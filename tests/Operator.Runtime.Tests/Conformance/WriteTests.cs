using System.Net;
using System.Text.Json.Nodes;

namespace Operator.Runtime.Tests.Conformance;

/// <summary>Creations and replacements of objects of our own kinds.</summary>
public sealed class WriteTests(ConformanceServers servers)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [EveryBackend]
    public async Task A_created_object_gets_its_system_fields(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);

        var created = await world.CreateAsync(world.Own.New("a"));

        Assert.NotEmpty(created.Uid);
        Assert.NotEmpty(created.ResourceVersion);
        Assert.Equal(world.Namespace, created.Namespace);
        Assert.Equal(1, OwnKind.Generation(created));
        Assert.Matches("^[0-9-]{10}T[0-9:]{8}Z$", created.Text("metadata", "creationTimestamp"));
        var read = await world.GetAsync(world.Own.Type, "a");
        Assert.Equal(created.ResourceVersion, read!.ResourceVersion);
    }

    [Theory]
    [EveryBackend]
    public async Task System_fields_of_a_creation_are_not_the_clients(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var item = world.Own.New("a");
        item["metadata"]!["uid"] = "mine";
        item["metadata"]!["generation"] = 7;
        item["metadata"]!["creationTimestamp"] = "2001-01-01T00:00:00Z";

        var created = await world.CreateAsync(item);

        Assert.NotEqual("mine", created.Uid);
        Assert.Equal(1, OwnKind.Generation(created));
        Assert.NotEqual("2001-01-01T00:00:00Z", created.Text("metadata", "creationTimestamp"));
    }

    [Theory]
    [EveryBackend]
    public async Task A_second_creation_of_a_name_already_exists(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        await world.CreateAsync(world.Own.New("a"));

        var refused = await Assert.ThrowsAsync<KubeApiException>(() => world.CreateAsync(world.Own.New("a")));

        Assert.True(refused.IsAlreadyExists);
        Assert.False(refused.IsConflict);
    }

    [Theory]
    [EveryBackend]
    public async Task A_name_can_be_completed_by_the_server(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var item = world.Own.New("");
        item["metadata"] = new JsonObject { ["generateName"] = "run-" };

        var (first, second) = (await world.CreateAsync(item), await world.CreateAsync(item));

        Assert.Matches("^run-[a-z0-9]{5}$", first.Name);
        Assert.NotEqual(first.Name, second.Name);
    }

    [Theory]
    [EveryBackend]
    public async Task Impossible_objects_are_refused(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        async Task<HttpStatusCode> TryAsync(JsonObject item) =>
            (await Assert.ThrowsAsync<KubeApiException>(() => world.CreateAsync(item))).Status;
        JsonObject With(string field, string value)
        {
            var item = world.Own.New("a");
            item["metadata"]![field] = value;
            return item;
        }

        Assert.Equal(HttpStatusCode.UnprocessableEntity, await TryAsync(With("name", "Upper_Case")));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await TryAsync(With("name", "")));
        Assert.Equal(HttpStatusCode.BadRequest, await TryAsync(With("namespace", "elsewhere")));
        Assert.Equal(HttpStatusCode.InternalServerError, await TryAsync(With("resourceVersion", "1")));
    }

    [Theory]
    [EveryBackend]
    public async Task A_stale_replacement_is_a_conflict(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var first = await world.CreateAsync(world.Own.New("a"));
        await world.ReplaceAsync(world.Own.Type, first, Connector("two"));

        var refused = await Assert.ThrowsAsync<KubeApiException>(() =>
            world.ReplaceAsync(world.Own.Type, first, Connector("three"))
        );

        Assert.True(refused.IsConflict);
        Assert.Equal("Conflict", refused.Reason);
        Assert.Contains("the object has been modified", refused.Message, StringComparison.Ordinal);
        Assert.Equal("two", (await world.GetAsync(world.Own.Type, "a"))!.Text("spec", "connectorRef", "name"));
    }

    [Theory]
    [EveryBackend]
    public async Task An_equal_replacement_changes_nothing_once_the_defaults_are_stored(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var created = await world.CreateAsync(world.Own.New("a"));

        // A read shows the default status of a new object; the first replacement stores it.
        var first = await world.ReplaceAsync(world.Own.Type, created, _ => { });
        var second = await world.ReplaceAsync(world.Own.Type, first, _ => { });

        Assert.NotEqual(created.ResourceVersion, first.ResourceVersion);
        Assert.Equal(first.ResourceVersion, second.ResourceVersion);
    }

    [Theory]
    [EveryBackend]
    public async Task A_replacement_without_a_version_is_refused_for_our_kinds(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var created = await world.CreateAsync(world.Own.New("a"));

        var refused = await Assert.ThrowsAsync<KubeApiException>(() =>
            world.ReplaceAsync(world.Own.Type, created, WithoutVersion)
        );

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Equal("Invalid", refused.Reason);
    }

    [Theory]
    [EveryBackend]
    public async Task A_replacement_of_what_is_gone_fails(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var created = await world.CreateAsync(world.Own.New("a"));
        await world.Api.DeleteAsync(world.Own.Type, created.Key, uid: null, Ct);

        var withUid = await Assert.ThrowsAsync<KubeApiException>(() =>
            world.ReplaceAsync(world.Own.Type, created, Connector("two"))
        );
        var without = await Assert.ThrowsAsync<KubeApiException>(() =>
            world.ReplaceAsync(world.Own.Type, created, item => item["metadata"]!.AsObject().Remove("uid"))
        );

        // Old servers compare the UID with an empty one; new servers answer that the object is not found.
        Assert.True(withUid.IsConflict || withUid.IsNotFound);
        Assert.True(without.IsNotFound);
    }

    [Theory]
    [EveryBackend]
    public async Task A_uid_in_a_replacement_is_a_precondition(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var created = await world.CreateAsync(world.Own.New("a"));

        var refused = await Assert.ThrowsAsync<KubeApiException>(() =>
            world.ReplaceAsync(
                world.Own.Type,
                created,
                item => item["metadata"]!["uid"] = "0b1a4bd0-0000-4000-8000-000000000000"
            )
        );

        Assert.True(refused.IsConflict);
    }

    [Theory]
    [EveryBackend]
    public async Task A_replacement_names_the_object_of_its_path(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var created = await world.CreateAsync(world.Own.New("a"));

        var refused = await Assert.ThrowsAsync<KubeApiException>(() =>
            world.ReplaceAsync(world.Own.Type, created, item => item["metadata"]!["name"] = "b")
        );

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
    }

    private static Action<JsonObject> Connector(string name) => item => item["spec"]!["connectorRef"]!["name"] = name;

    private static void WithoutVersion(JsonObject item) => item["metadata"]!.AsObject().Remove("resourceVersion");
}
