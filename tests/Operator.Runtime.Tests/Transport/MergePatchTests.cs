using System.Text.Json;
using System.Text.Json.Nodes;
using Operator.Testing;

namespace Operator.Runtime.Tests.Transport;

/// <summary>The patch of a status: applied to the old status it gives the new one, and it says nothing of what stays.</summary>
public sealed class MergePatchTests
{
    [Theory]
    [InlineData("""{"a":1,"b":"x"}""", """{"a":1,"b":"y"}""", """{"b":"y"}""")]
    [InlineData("""{"a":1,"b":"x"}""", """{"a":1}""", """{"b":null}""")]
    [InlineData("""{"a":{"b":1,"c":2}}""", """{"a":{"b":1}}""", """{"a":{"c":null}}""")]
    [InlineData("""{"a":{"b":1}}""", """{"a":{}}""", """{"a":{"b":null}}""")]
    [InlineData("""{"a":{"b":1}}""", """{"a":[]}""", """{"a":[]}""")]
    [InlineData("""{"a":[{"b":1}]}""", """{"a":[{"b":1},{"c":null}]}""", """{"a":[{"b":1},{"c":null}]}""")]
    [InlineData("""{"a":"x"}""", """{"a":{"b":{"c":1}}}""", """{"a":{"b":{"c":1}}}""")]
    [InlineData("""{"a":null}""", """{}""", """{}""")]
    [InlineData("""{}""", """{"a":"","b":{"c":""}}""", """{"b":{}}""")]
    [InlineData("""{"a":"x"}""", """{"a":""}""", """{"a":null}""")]
    [InlineData("""{}""", """{"a":[{"b":"","c":1}]}""", """{"a":[{"c":1}]}""")]
    [InlineData("""{"a":[{"b":""}]}""", """{"a":[{"b":""},{"b":"x","c":""}]}""", """{"a":[{"b":""},{"b":"x"}]}""")] // another writer's
    [InlineData("""{"a":1}""", """{"a":null}""", """{"a":null}""")]
    [InlineData("""{"a":1,"b":[1]}""", """{"b":[1],"a":1}""", """{}""")]
    [InlineData("null", """{"a":{}}""", """{"a":{}}""")]
    public void Only_differences_are_in_the_patch_and_what_is_gone_is_null(string before, string after, string expected)
    {
        var patch = Patch(JsonElement.Parse(before), JsonElement.Parse(after));

        Assert.Equal(expected, patch["status"]!.ToJsonString()); // it has one
    }

    [Fact]
    public void The_patch_is_for_the_version_that_was_read()
    {
        var patch = Patch(default, JsonElement.Parse("{}"));

        Assert.Equal("""{"uid":"u1","resourceVersion":"7"}""", patch["metadata"]!.ToJsonString()); // it has them
        Assert.Equal(2, patch.Count);
    }

    [Fact]
    public void Applied_to_the_old_status_the_patch_gives_the_new_one()
    {
        for (var seed = 0; seed < 3000; seed++)
        {
            var random = new Random(seed);
            var before = RandomObject(random, depth: 4);
            var after = random.Next(2) == 0 ? RandomObject(random, depth: 4) : Edited(random, before);

            var patched = before.DeepClone().AsObject();
            JsonNodes.Merge(patched, Patch(Element(before), Element(after))["status"]!.AsObject()); // it has one

            Assert.True(
                JsonNode.DeepEquals(after, patched),
                $"seed {seed}: {before.ToJsonString()} to {after.ToJsonString()} became {patched.ToJsonString()}"
            );
        }
    }

    private static JsonObject Patch(JsonElement before, JsonElement after) =>
        JsonNode.Parse(MergePatch.OfStatus("u1", "7", before, after).Span)!.AsObject(); // a patch is an object

    private static JsonElement Element(JsonNode node) => JsonElement.Parse(node.ToJsonString());

    /// <summary>A status has no field with the value null, or an empty text; a list may contain null.</summary>
    private static JsonObject RandomObject(Random random, int depth)
    {
        var made = new JsonObject();
        foreach (var name in (string[])["a", "b", "c", "d"])
        {
            if (random.Next(3) > 0)
            {
                made[name] = RandomValue(random, depth - 1);
            }
        }
        return made;
    }

    private static JsonNode RandomValue(Random random, int depth) =>
        random.Next(depth > 0 ? 6 : 3) switch
        {
            0 => JsonValue.Create(random.Next(3)),
            1 => JsonValue.Create(random.Next(2) == 0 ? "y" : "x"),
            2 => JsonValue.Create(random.Next(2) == 0),
            3 => new JsonArray([
                .. Enumerable
                    .Range(0, random.Next(3))
                    .Select(_ => random.Next(4) == 0 ? null : RandomValue(random, depth - 1)),
            ]),
            _ => RandomObject(random, depth),
        };

    private static JsonObject Edited(Random random, JsonObject item)
    {
        var edited = item.DeepClone().AsObject();
        foreach (var (name, value) in edited.ToList().Where(_ => random.Next(2) == 0))
        {
            switch (random.Next(3))
            {
                case 0:
                    edited.Remove(name);
                    break;
                case 1:
                    edited[name] = RandomValue(random, depth: 2);
                    break;
                default:
                    edited[name] = value is JsonObject fields ? Edited(random, fields) : value?.DeepClone();
                    break;
            }
        }
        return edited;
    }
}
