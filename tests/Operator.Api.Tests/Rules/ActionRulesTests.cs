using System.Text.Json;
using System.Text.Json.Nodes;
using Operator.Testing;

namespace Operator.Api.Tests;

public sealed class ActionRulesTests
{
    [Fact]
    public void Action_with_every_field_set_is_fine() => Assert.Empty(ActionRules.Check(A.FullAction()));

    [Fact]
    public void What_is_left_out_means_all_of_it()
    {
        var action = A.FullAction(spec =>
        {
            string[] optional = ["flow", "stores", "until", "reason"];
            Array.ForEach(optional, f => spec.Remove(f));
        });

        Assert.Empty(ActionRules.Check(action));
        Assert.Equal(("", "", ""), (action.Spec.Flow, action.Spec.Until.Text, action.Spec.Reason));
        Assert.Empty(action.Spec.Stores);
        Assert.Equal(-1, action.Status.ObservedGeneration);
    }

    [Theory]
    [InlineData("action", "Stop", "spec.action: the action is unknown; use RunNow, Suspend or Unsuspend")]
    [InlineData(
        "until",
        "tomorrow",
        "spec.until: 'tomorrow' is no instant; write date, time and offset, for example 2026-11-25T17:00:00Z"
    )]
    [InlineData("until", "2026-11-25T17:00:00", "spec.until: '2026-11-25T17:00:00' is no instant")]
    [InlineData("until", "2026-02-30T17:00:00Z", "spec.until: '2026-02-30T17:00:00Z' is no instant")]
    [InlineData("since", "2026-11-25T17:00:00Z", "spec.since: only RunNow has a since; remove it")]
    [InlineData("flow", "Orders", "spec.flow: 'Orders' is no flow name")]
    public void Slip_is_found(string field, string value, string finding)
    {
        var action = A.FullAction(spec => spec[field] = value);

        Assert.Contains(ActionRules.Check(action), f => f.ToString().StartsWith(finding, StringComparison.Ordinal));
    }

    [Fact]
    public void Only_a_suspension_ends_by_itself()
    {
        var findings = ActionRules.Check(A.FullAction(spec => spec["action"] = "RunNow"));

        Assert.Equal("spec.until: only Suspend has an until; remove it", Assert.Single(findings).ToString());
    }

    [Fact]
    public void Other_kinds_of_targets_are_not_known()
    {
        var findings = ActionRules.Check(A.FullAction(spec => spec["targetRef"]!["kind"] = "SyncRollout"));

        Assert.Equal(
            "spec.targetRef.kind: the kind is unknown; use MarketplaceConnector",
            Assert.Single(findings).ToString()
        );
    }

    [Theory]
    [InlineData("2026-11-25T17:00:00Z", "2026-11-25T17:00:00Z")]
    [InlineData("2026-11-25T17:00:00.5+08:00", "2026-11-25T09:00:00.5Z")]
    [InlineData("2026-11-25T17:00:00-03:30", "2026-11-25T20:30:00Z")]
    public void Instants_are_read_with_their_offset(string text, string utc)
    {
        var action = A.FullAction(spec => spec["until"] = text);

        Assert.Equal(
            DateTimeOffset.Parse(utc, System.Globalization.CultureInfo.InvariantCulture),
            action.Spec.Until.Value
        );
        Assert.Matches(ValuePatterns.Instant, text);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    public void A_list_of_stores_that_is_written_out_without_a_store_is_refused(string written)
    {
        var findings = ActionRules.Check(A.FullAction(spec => spec["stores"] = JsonNode.Parse(written)));

        Assert.Equal(
            "spec.stores: the list is empty or null; name stores, or leave the list out for all stores",
            Assert.Single(findings).ToString()
        );
    }

    [Fact]
    public void A_store_that_is_null_is_no_store()
    {
        var findings = ActionRules.Check(A.FullAction(spec => spec["stores"] = new JsonArray("acme-eu", null)));

        Assert.Equal(
            "spec.stores[1]: '' is no store name; use lower-case letters, digits and dashes, at most 63",
            Assert.Single(findings).ToString()
        );
    }

    [Theory]
    [InlineData("\"acme-eu\"")]
    [InlineData("[7]")]
    [InlineData("{}")]
    public void A_list_of_stores_of_a_wrong_type_can_not_be_read(string written)
    {
        var error = Assert.Throws<JsonException>(() => A.FullAction(spec => spec["stores"] = JsonNode.Parse(written)));

        Assert.StartsWith("$.spec.stores", error.Path, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("store", "spec.store: there is no such field; did you mean stores?")]
    [InlineData("dryRun", "spec.dryRun: there is no such field; remove it")]
    public void A_field_that_the_kind_does_not_have_is_refused(string field, string finding)
    {
        var item = A.FullActionJson();
        item["spec"]![field] = new JsonArray("acme-eu"); // it has a spec

        var findings = ActionRules.Check(Read(item));

        Assert.Equal(finding, Assert.Single(findings).ToString());
    }

    [Theory]
    [InlineData("targetRef", "spec.targetRef.namespace: there is no such field; remove it")]
    [InlineData("", "namespace: there is no such field; remove it")]
    public void Unknown_fields_are_seen_at_every_place(string place, string finding)
    {
        var item = A.FullActionJson();
        var at = place.Length == 0 ? item : item["spec"]![place]!; // it has both
        at["namespace"] = "elsewhere";

        Assert.Equal(finding, Assert.Single(ActionRules.Check(Read(item))).ToString());
    }

    [Fact]
    public void An_action_without_unknown_fields_is_read_as_it_is() =>
        Assert.Empty(ActionRules.Check(Read(A.FullActionJson())));

    [Fact]
    public void More_stores_than_a_list_may_have_are_refused()
    {
        var action = A.FullAction(spec =>
            spec["stores"] = new JsonArray([.. Enumerable.Range(0, 251).Select(i => JsonValue.Create($"s{i}"))])
        );

        Assert.Contains(ActionRules.Check(action), f => f.Path == "spec.stores");
    }

    /// <summary>Reads the action as the operator does.</summary>
    private static SyncAction Read(JsonObject item)
    {
        using var json = JsonDocument.Parse(item.ToJsonString());
        var action = json.RootElement.Deserialize(ApiJson.Default.SyncAction)!; // it is an object
        return UnknownFields.NoteIn(action, json.RootElement);
    }
}
