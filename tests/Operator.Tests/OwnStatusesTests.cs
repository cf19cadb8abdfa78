using System.Text.Json;
using Operator.Gathering;
using Operator.Runtime;

namespace Operator.Tests;

/// <summary>A watch event of a status that we wrote queues no reconcile; every other event does.</summary>
public sealed class OwnStatusesTests
{
    private static readonly ObjectKey Shop = new("shops", "shop");

    private readonly OwnStatuses _own = new();

    [Fact]
    public void The_version_that_we_wrote_is_our_own_and_no_other()
    {
        _own.Wrote(Kinds.Connectors, Written("7"));

        Assert.False(_own.IsOwn(Kinds.Connectors, Shop, "6"));
        Assert.False(_own.IsOwn(Kinds.Rollouts, Shop, "7"));
        Assert.True(_own.IsOwn(Kinds.Connectors, Shop, "7"));
    }

    [Fact]
    public void Somebody_elses_change_on_top_of_ours_is_news()
    {
        _own.Wrote(Kinds.Connectors, Written("7"));

        Assert.False(_own.IsOwn(Kinds.Connectors, Shop, "8"));
    }

    [Fact]
    public void The_end_of_the_object_is_news_and_is_not_remembered()
    {
        _own.Wrote(Kinds.Connectors, Written("7"));

        Assert.False(_own.IsOwn(Kinds.Connectors, Shop, resourceVersion: null));
        Assert.False(_own.IsOwn(Kinds.Connectors, Shop, "7"));
    }

    private static KubeObject Written(string version) =>
        new(
            JsonElement.Parse(
                $$$"""{"metadata": {"namespace": "shops", "name": "shop", "uid": "u", "resourceVersion": "{{{version}}}"}}"""
            )
        );
}
