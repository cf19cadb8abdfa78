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

    [Theory]
    [InlineData("64Mi", null, null, "0", "576Mi")]
    [InlineData("1Gi", null, null, "0", "1536Mi")]
    [InlineData("1G", null, null, "0", "1536870912")]
    [InlineData("64Mi", "100Mi", null, "100Mi", "576Mi")]
    [InlineData("64Mi", "2Gi", null, "2Gi", "2Gi")]
    [InlineData("64Mi", null, "80Mi", null, "80Mi")]
    [InlineData("64Mi", "70Mi", "80Mi", "70Mi", "80Mi")]
    public void A_pod_without_a_disk_limit_gets_one_and_reserves_nothing_for_it(
        string scratch,
        string? request,
        string? limit,
        string? expectedRequest,
        string expectedLimit
    )
    {
        var resources = new PodResources
        {
            Requests = request is null ? None : None.Add("ephemeral-storage", request),
            Limits = limit is null ? None : None.Add("ephemeral-storage", limit),
        };

        var limited = resources.WithDiskLimit(scratch);

        Assert.Equal(expectedRequest, limited.Requests.GetValueOrDefault("ephemeral-storage"));
        Assert.Equal(expectedLimit, limited.Limits["ephemeral-storage"]);
    }

    [Fact]
    public void A_spec_that_says_nothing_reserves_the_default()
    {
        Assert.Equal(0.01m, PodResources.Default.Reserved("cpu"));
        Assert.Equal(64m * 1024 * 1024, PodResources.Default.Reserved("memory"));
    }
}
