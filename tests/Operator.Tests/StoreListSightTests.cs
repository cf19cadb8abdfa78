using System.Text.Json;
using Operator.Api;
using Operator.Gathering;
using Operator.Runtime;

namespace Operator.Tests;

/// <summary>What the operator says of a key of a ConfigMap that holds no list of stores.</summary>
public sealed class StoreListSightTests
{
    [Theory]
    [InlineData("""{"data":{"stores.yaml":"- name: a"}}""", null)]
    [InlineData("""{"data":{"stores.yaml":"\uFEFF- name: a"}}""", "line 1: it begins with a byte order mark (BOM)")]
    [InlineData("""{"binaryData":{"stores.yaml":"//4tAA=="}}""", "its key 'stores.yaml' is under binaryData")]
    [InlineData("""{"binaryData":{"else":"//4tAA=="}}""", "it has no key 'stores.yaml'")]
    [InlineData("""{"data":null,"binaryData":null}""", "it has no key 'stores.yaml'")]
    public void The_reason_is_named(string configMap, string? problem)
    {
        var lists = CachedStoreLists.Of(new KubeObject(JsonElement.Parse(configMap)));

        var sight = CachedStoreLists.Sight(lists, new KeySelector { Name = "eu", Key = "stores.yaml" });

        Assert.StartsWith(problem ?? "", sight.Problem ?? "", StringComparison.Ordinal);
        Assert.Equal(problem is null, sight.Problem is null);
        Assert.Equal(problem is null ? 1 : 0, sight.Stores.Length);
    }
}
