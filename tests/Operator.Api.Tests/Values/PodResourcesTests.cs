using System.Collections.Immutable;

namespace Operator.Api.Tests;

public sealed class PodResourcesTests
{
    private static readonly ImmutableSortedDictionary<string, string> None = ImmutableSortedDictionary<
        string,
        string
    >.Empty;

    [Fact]
    public void A_pod_reserves_its_request_else_its_limit_else_nothing()
    {
        var resources = new PodResources
        {
            Requests = None.Add("cpu", "250m"),
            Limits = None.Add("cpu", "2").Add("memory", "128Mi"),
        };

        Assert.Equal(0.25m, resources.Reserved("cpu"));
        Assert.Equal(128m * 1024 * 1024, resources.Reserved("memory"));
        Assert.Equal(0m, resources.Reserved("ephemeral-storage"));
    }

    [Fact]
    public void A_spec_that_says_nothing_reserves_the_default()
    {
        Assert.Equal(0.01m, PodResources.Default.Reserved("cpu"));
        Assert.Equal(64m * 1024 * 1024, PodResources.Default.Reserved("memory"));
    }
}
