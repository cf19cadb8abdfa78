using System.Text.Json;
using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>Applying the same manifest again changes nothing: Git tools see no difference, and no generation moves.</summary>
public sealed class AppliedTwiceTests(TestCluster cluster) : ClusterStory(cluster, "twice")
{
    private static string[] Examples => [.. Repository.Files("examples", "*.yaml").Order(StringComparer.Ordinal)];

    [Fact]
    public async Task The_second_apply_of_every_example_says_unchanged()
    {
        await ApplyAllAsync();
        await AwaitStatusesAsync();
        var before = await GenerationsAsync();

        foreach (var file in Examples)
        {
            var said = await Story.KubectlAsync(Ct, "apply", "-f", file);
            Assert.All(Lines(said), line => Assert.EndsWith(" unchanged", line));
        }

        Assert.Equal(before, await GenerationsAsync());
    }

    /// <summary>kubectl always prints serverside-applied, so the versions of the objects tell.</summary>
    [Fact]
    public async Task The_second_server_side_apply_of_every_example_makes_no_version()
    {
        await ApplyAllAsync("--server-side");
        await AwaitStatusesAsync();
        var before = await GenerationsAsync();

        foreach (var file in Examples)
        {
            // The operator writes statuses meanwhile, so the versions are compared until none came in between.
            await Eventually.IsSoAsync(
                $"the apply of {file} makes no version",
                async () =>
                {
                    var old = await VersionsAsync(file);
                    await Story.KubectlAsync(Ct, "apply", "--server-side", "-f", file);
                    return (Old: old, New: await VersionsAsync(file));
                },
                versions => versions.Old == versions.New,
                versions => $"{versions.Old} became {versions.New}",
                Ct
            );
        }

        Assert.Equal(before, await GenerationsAsync());
    }

    [Theory]
    [InlineData("--server-side=false")]
    [InlineData("--server-side")]
    public async Task There_is_no_difference_between_any_example_and_the_cluster(string side)
    {
        await ApplyAllAsync(side);
        await AwaitStatusesAsync();

        foreach (var file in Examples)
        {
            var diff = await Story.Kube.TryKubectlAsync(null, Ct, "-n", Story.Namespace, "diff", side, "-f", file);

            Assert.True(diff.ExitCode == 0, $"{file}: {diff.Everything}");
        }
    }

    private async Task ApplyAllAsync(params string[] flags)
    {
        foreach (var file in Examples)
        {
            await Story.KubectlAsync(Ct, ["apply", .. flags, "-f", file]);
        }
    }

    /// <summary>The operator has written a status of each object of ours.</summary>
    private async Task AwaitStatusesAsync() =>
        await Eventually.IsSoAsync(
            "every object of ours has a status",
            async () =>
                JsonElement
                    .Parse(await Story.KubectlAsync(Ct, "get", "mpc,syr,sya", "-o", "json"))
                    .Items("items")
                    .Select(i => i.At("status", "observedGeneration")?.GetInt64() ?? -1)
                    .ToList(),
            seen => seen.Count >= 3 && seen.All(g => g >= 1),
            seen => string.Join(' ', seen),
            Ct
        );

    private async Task<string> GenerationsAsync() =>
        await Story.KubectlAsync(
            Ct,
            "get",
            "mpc,syr,sya,deployments,services",
            "-o",
            "custom-columns=KIND:.kind,NAME:.metadata.name,GENERATION:.metadata.generation"
        );

    private async Task<string> VersionsAsync(string file) =>
        await Story.KubectlAsync(
            Ct,
            "get",
            "-f",
            file,
            "-o",
            "custom-columns=KIND:.kind,NAME:.metadata.name,VERSION:.metadata.resourceVersion"
        );

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
