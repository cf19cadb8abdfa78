using System.Text;
using System.Text.Json;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Testing;
using Operator.Tests.KnownFaults;

namespace Operator.Tests;

/// <summary>
/// The operator writes statuses as patches of the status alone: a replacement without a spec makes the server forget who owns the
/// fields of the spec.
/// </summary>
public sealed class FieldOwnersTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private readonly OneConnector _world = new(
        Noon,
        3,
        _ => TimeSpan.FromSeconds(5),
        """{"name":"orders","schedule":"* * * * *"}"""
    );

    public void Dispose() => _world.Dispose();

    [Fact]
    public void No_object_of_a_user_is_ever_replaced()
    {
        var writes = new List<FakeRequest>();
        using var watch = _world.Faults.Add(r =>
        {
            writes.Add(r);
            return null;
        });
        _world.Create(Kinds.Rollouts, Rollout("r", "c"));
        _world.Create(Kinds.Rollouts, Rollout("younger", "c"));
        _world.Create(Kinds.Rollouts, Rollout("lonely", "nobody"));
        _world.Create(
            Kinds.Rollouts,
            Rollout("broken", "c").Replace("\"steps\":[", "\"steps\":7,\"x\":[", StringComparison.Ordinal)
        );
        _world.Create(Kinds.Actions, Action("now", "[\"s01\"]"));
        _world.Create(Kinds.Actions, Action("broken", "7"));

        _world.RunTo(Noon.AddMinutes(5));

        ResourceType[] users = [Kinds.Connectors, Kinds.Rollouts, Kinds.Actions];
        var ofUsers = writes.Where(w => w.IsWrite && users.Contains(w.Type)).ToList();
        Assert.Equal([KubeVerb.PatchStatus], ofUsers.Select(w => w.Verb).Distinct());
        Assert.Equal(
            ["broken", "c", "lonely", "now", "r", "younger"],
            ofUsers.Select(w => w.Key.Name).Distinct().Order(StringComparer.Ordinal)
        );
    }

    /// <summary>A newer operator may have written fields that this one does not know, before it was replaced by this one.</summary>
    [Fact]
    public async Task What_another_version_left_in_a_status_is_removed_with_the_next_write()
    {
        _world.Create(Kinds.Rollouts, Rollout("r", "c"));
        _world.Create(Kinds.Actions, Action("now", "[\"s01\"]"));
        _world.RunTo(Noon.AddMinutes(3));
        (ResourceType Type, string Name)[] all =
        [
            (Kinds.Connectors, "c"),
            (Kinds.Rollouts, "r"),
            (Kinds.Actions, "now"),
        ];
        foreach (var (type, name) in all)
        {
            await LeaveAsync(
                type,
                name,
                """{"status":{"later":"x","stores":{"laterToo":1},"phase":null,"conditions":null,"message":"other"}}"""
            );
        }

        _world.RunTo(Noon.AddMinutes(6));

        foreach (var (type, name) in all)
        {
            var status = _world.Find(type, name).Json.GetProperty("status");
            Assert.DoesNotContain("later", status.GetRawText(), StringComparison.Ordinal);
            Assert.True(status.GetProperty("conditions").GetArrayLength() > 0, $"{name} has its conditions again");
        }
    }

    [Fact]
    public async Task The_status_of_an_object_that_can_not_be_read_loses_what_does_not_belong_there()
    {
        _world.Create(Kinds.Rollouts, Rollout("r", "c"));
        _world.RunTo(Noon.AddMinutes(2));
        await LeaveAsync(Kinds.Rollouts, "r", """{"status":{"later":{"a":1}}}""");

        _world.Edit(Kinds.Rollouts, "r", r => r["spec"]!["steps"] = "no list"); // it has a spec
        _world.RunTo(Noon.AddMinutes(4));

        var status = _world.Find(Kinds.Rollouts, "r").Json.GetProperty("status");
        Assert.False(status.TryGetProperty("later", out _));
        Assert.Equal("c", status.GetProperty("connector").GetString());
        Assert.Contains(Reasons.Undecodable, status.GetRawText(), StringComparison.Ordinal);
    }

    /// <summary>Zeros are written too, so that columns of numbers are never blank.</summary>
    [Fact]
    public void A_new_status_is_written_as_a_whole()
    {
        _world.RunTo(Noon.AddMinutes(2));

        var status = _world.Status;
        var typed = JsonSerializer.Deserialize(status.GetRawText(), ApiJson.Default.ConnectorStatus)!; // it is an object
        Assert.True(
            JsonElement.DeepEquals(status, JsonSerializer.SerializeToElement(typed, ApiJson.Default.ConnectorStatus)),
            status.GetRawText()
        );
        Assert.Equal(0, status.GetProperty("stores").GetProperty("suspended").GetInt32());
    }

    private Task LeaveAsync(ResourceType type, string name, string patch) =>
        _world.PatchStatusAsync(type, name, Encoding.UTF8.GetBytes(patch));

    private static string Rollout(string name, string connector) =>
        $$$"""
            {"apiVersion":"marketplace-operator.io/v1alpha1","kind":"SyncRollout",
             "metadata":{"name":"{{{name}}}","namespace":"shop"},
             "spec":{"connectorRef":{"name":"{{{connector}}}"},"steps":[{"stores":"100%"}]}}
            """;

    private static string Action(string name, string stores) =>
        $$$"""
            {"apiVersion":"marketplace-operator.io/v1alpha1","kind":"SyncAction",
             "metadata":{"name":"{{{name}}}","namespace":"shop"},
             "spec":{"targetRef":{"kind":"MarketplaceConnector","name":"c"},"action":"RunNow","stores":{{{stores}}}}}
            """;
}
