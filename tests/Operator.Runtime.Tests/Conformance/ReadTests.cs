using System.Globalization;
using System.Net;

namespace Operator.Runtime.Tests.Conformance;

/// <summary>Live reads and lists.</summary>
public sealed class ReadTests(ConformanceServers servers)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [EveryBackend]
    public async Task An_object_that_is_missing_is_null(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);

        Assert.Null(await world.GetAsync(world.Own.Type, "nobody"));
    }

    [Theory]
    [EveryBackend]
    public async Task A_kind_that_is_not_served_is_an_error_and_no_absence(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var unserved = world.Own.Type with { Plural = "nothings" };

        var refused = await Assert.ThrowsAsync<KubeApiException>(() => world.GetAsync(unserved, "nobody"));

        Assert.True(refused.IsNotFound);
        Assert.NotEqual("NotFound", refused.Reason);
    }

    [Theory]
    [EveryBackend]
    public async Task A_list_is_in_order_and_has_a_version(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        foreach (var name in (string[])["b", "c", "a"])
        {
            await world.CreateAsync(world.Own.New(name));
        }

        var page = await ListAsync(world, new ListOptions());

        Assert.Equal(["a", "b", "c"], Names(page));
        Assert.Null(page.Continue);
        Assert.True(Version(page) > 0);
    }

    [Theory]
    [EveryBackend]
    public async Task Pages_are_of_one_moment(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        foreach (var name in (string[])["a", "b", "c", "d", "e"])
        {
            await world.CreateAsync(world.Own.New(name));
        }
        var first = await ListAsync(world, new ListOptions { Limit = 2 });
        // Changes between two pages are in neither page.
        await world.Api.DeleteAsync(world.Own.Type, world.Key("d"), uid: null, Ct);
        await world.CreateAsync(world.Own.New("bb"));

        var second = await ListAsync(world, new ListOptions { Limit = 2, Continue = first.Continue });
        var third = await ListAsync(world, new ListOptions { Limit = 2, Continue = second.Continue });

        Assert.Equal(["a", "b", "c", "d", "e"], [.. Names(first), .. Names(second), .. Names(third)]);
        Assert.Equal([first.ResourceVersion, first.ResourceVersion], [second.ResourceVersion, third.ResourceVersion]);
        Assert.Null(third.Continue);
        Assert.Equal(["a", "b", "bb", "c", "e"], Names(await ListAsync(world, new ListOptions())));
    }

    [Theory]
    [EveryBackend]
    public async Task A_page_keeps_its_label_selector(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        foreach (var (name, label) in new[] { ("a", "x"), ("b", "y"), ("c", "x"), ("d", "x") })
        {
            await world.CreateAsync(world.Own.New(name, label: label));
        }
        var options = new ListOptions { Limit = 2, LabelSelector = "set=x" };

        var first = await ListAsync(world, options);
        var second = await ListAsync(world, options with { Continue = first.Continue });

        Assert.Equal(["a", "c"], Names(first));
        Assert.Equal(["d"], Names(second));
    }

    [Theory]
    [EveryBackend]
    public async Task An_unknown_continue_token_is_refused(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);

        var refused = await Assert.ThrowsAsync<KubeApiException>(() =>
            ListAsync(world, new ListOptions { Limit = 2, Continue = "bm9ib2R5" })
        );

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
    }

    [Theory]
    [EveryBackend]
    public async Task Labels_select_by_equality_and_existence(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        foreach (var (name, label) in new[] { ("a", "x"), ("b", "y"), ("c", null) })
        {
            await world.CreateAsync(world.Own.New(name, label: label));
        }
        async Task<string[]> SelectAsync(string selector) =>
            Names(await ListAsync(world, new ListOptions { LabelSelector = selector }));

        Assert.Equal(["a"], await SelectAsync("set=x"));
        Assert.Equal(["a"], await SelectAsync("set==x"));
        Assert.Equal(["b", "c"], await SelectAsync("set!=x"));
        Assert.Equal(["a", "b"], await SelectAsync("set"));
        Assert.Equal(["c"], await SelectAsync("!set"));
        Assert.Equal(["b"], await SelectAsync("set,set!=x"));
        Assert.Empty(await SelectAsync("set=x,set=y"));
    }

    [Theory]
    [EveryBackend]
    public async Task Fields_select_by_name(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        await world.CreateAsync(world.Own.New("a"));
        await world.CreateAsync(world.Own.New("b"));

        var named = await ListAsync(world, new ListOptions { FieldSelector = "metadata.name=b" });
        var placed = await ListAsync(
            world,
            new ListOptions { FieldSelector = $"metadata.namespace={world.Namespace},metadata.name!=b" }
        );

        Assert.Equal(["b"], Names(named));
        Assert.Equal(["a"], Names(placed));
        await Assert.ThrowsAsync<KubeApiException>(() =>
            ListAsync(world, new ListOptions { FieldSelector = "spec.nothing=b" })
        );
    }

    [Theory]
    [EveryBackend]
    public async Task A_list_of_the_future_is_refused(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var now = await ListAsync(world, new ListOptions());
        var future = (Version(now) + 1_000_000).ToString(CultureInfo.InvariantCulture);

        var refused = await Assert.ThrowsAsync<KubeApiException>(() =>
            ListAsync(world, new ListOptions { ResourceVersion = future })
        );

        Assert.Equal(HttpStatusCode.GatewayTimeout, refused.Status);
    }

    [Theory]
    [EveryBackend]
    public async Task A_list_that_may_be_old_is_answered(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var created = await world.CreateAsync(world.Own.New("a"));

        // A list from "0" may be older than the creation. A list from a version is never older than this version.
        await ListAsync(world, new ListOptions { ResourceVersion = "0" });
        var since = await ListAsync(world, new ListOptions { ResourceVersion = created.ResourceVersion });

        Assert.Equal(["a"], Names(since));
    }

    [Theory]
    [EveryCluster]
    public async Task Only_custom_items_of_lists_name_their_kind(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        await world.CreateAsync(world.Own.New("a"));
        await world.CreateAsync(CoreTypes.ConfigMaps, Objects.ConfigMap("a"));

        var own = await ListAsync(world, new ListOptions());
        var core = await world.Api.ListAsync(
            CoreTypes.ConfigMaps,
            world.Namespace,
            new ListOptions { FieldSelector = "metadata.name=a" },
            Ct
        );

        Assert.Equal(world.Own.Kind, Assert.Single(own.Items).GetProperty("kind").GetString());
        Assert.False(Assert.Single(core.Items).TryGetProperty("kind", out _));
    }

    [Theory]
    [EveryBackend]
    public async Task A_list_of_metadata_has_nothing_else(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        foreach (var name in (string[])["a", "b", "c"])
        {
            await world.CreateAsync(world.Own.New(name));
        }
        var options = new ListOptions { Limit = 2, MetadataOnly = true };

        var first = await ListAsync(world, options);
        var second = await ListAsync(world, options with { Continue = first.Continue });

        Assert.Equal(["a", "b", "c"], [.. Names(first), .. Names(second)]);
        Assert.All(
            first.Items,
            i =>
            {
                Assert.False(i.TryGetProperty("spec", out _));
                Assert.NotEmpty(new KubeObject(i).Uid);
            }
        );
    }

    private static Task<ListPage> ListAsync(ConformanceWorld world, ListOptions options) =>
        world.Api.ListAsync(world.Own.Type, world.Namespace, options, Ct);

    private static string[] Names(ListPage page) => [.. page.Items.Select(i => new KubeObject(i).Name)];

    private static long Version(ListPage page) => long.Parse(page.ResourceVersion, CultureInfo.InvariantCulture);
}
