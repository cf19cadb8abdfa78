using System.Text.Json;

namespace Operator.Api.Tests;

/// <summary>The kind of the operator's record: any content below data, nothing beside it, no status, not among the users' kinds.</summary>
[Collection(OurKindsServer.Shared)]
public sealed class RecordCrdTests(OurKindsServer server)
{
    [Fact]
    public async Task Any_content_below_data_is_kept()
    {
        var answer = await server.TryAsync(
            OurKindsServer.Record("""{"connector": "shop", "counter": 7, "head": "{}", "later": {"deep": [1, null]}}""")
        );

        Assert.True(answer.IsSuccess, answer.Message);
        Assert.Equal(
            """{"deep":[1,null]}""",
            answer.Json.GetProperty("data").GetProperty("later").GetRawText().Replace(" ", "", StringComparison.Ordinal)
        );
        Assert.False(answer.Json.TryGetProperty("status", out _));
    }

    [Fact]
    public async Task A_record_without_data_is_refused()
    {
        var answer = await server.TryAsync(
            JsonElement.Parse(
                $$$"""{"apiVersion": "{{{ApiGroup.ApiVersion}}}", "kind": "{{{ApiGroup.RecordKind}}}", "metadata": {"name": "a"}}"""
            )
        );

        Assert.False(answer.IsSuccess);
        Assert.Contains("data", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_not_in_the_users_category_and_has_no_status()
    {
        var spec = OurKindsServer.RecordCrd.GetProperty("spec");

        Assert.Equal(
            $"{ApiGroup.RecordPlural}.{ApiGroup.Name}",
            OurKindsServer.RecordCrd.GetProperty("metadata").GetProperty("name").GetString()
        );
        Assert.Equal(ApiGroup.RecordKind, spec.GetProperty("names").GetProperty("kind").GetString());
        Assert.False(spec.GetProperty("names").TryGetProperty("categories", out _));
        Assert.False(spec.GetProperty("versions")[0].TryGetProperty("subresources", out _));
    }
}
