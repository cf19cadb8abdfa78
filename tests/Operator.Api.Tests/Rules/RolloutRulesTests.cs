using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Operator.Testing;

namespace Operator.Api.Tests;

public sealed class RolloutRulesTests
{
    [Fact]
    public void Rollout_with_every_field_set_is_fine()
    {
        Assert.Empty(Check(_ => { }));
    }

    [Theory]
    [InlineData("connectorRef", "{}", "connectorRef.name", "the name of the MarketplaceConnector is missing")]
    [InlineData("connectorRef.name", "\"a/b\"", "connectorRef.name", "'a/b' is no name of a MarketplaceConnector")]
    [InlineData("steps", "[]", "steps", "there are no steps; list at least 1")]
    [InlineData(
        "steps[0].stores",
        "\"0%\"",
        "steps[0].stores",
        "'0%' is no number of stores; use a number from 1 or a percentage"
    )]
    [InlineData("steps[0].stores", "\"100.1%\"", "steps[0].stores", "is no number of stores")]
    [InlineData("steps[0].stores", "0", "steps[0].stores", "is no number of stores")]
    [InlineData("steps[0].stores", "-1", "steps[0].stores", "is no number of stores")]
    [InlineData("steps[0].stores", "1000000", "steps[0].stores", "is no number of stores")]
    [InlineData("steps[0].stores", "\"half\"", "steps[0].stores", "'half' is no number of stores")]
    [InlineData("steps[0].stores", "\"\"", "steps[0].stores", "is no number of stores")]
    [InlineData("steps[0].minDuration", "\"1d\"", "steps[0].minDuration", "'1d' is no duration")]
    [InlineData("steps[0].minDuration", "\"721h\"", "steps[0].minDuration", "'721h' is out of range; use 0s to 720h")]
    [InlineData("cohort.first", "[\"Acme\"]", "cohort.first[0]", "'Acme' is no store name")]
    [InlineData("cohort.last", "[\"a b\"]", "cohort.last[0]", "'a b' is no store name")]
    [InlineData("cohort.first", "[\"a\",\"a\"]", "cohort.first[1].name", "'a' is the name of spec.cohort.first[0] too")]
    [InlineData("cohort.last", "[\"a\",\"a\"]", "cohort.last[1].name", "'a' is the name of spec.cohort.last[0] too")]
    [InlineData(
        "cohort.last",
        "[\"other\",\"acme-eu\"]",
        "cohort.last[1]",
        "'acme-eu' is spec.cohort.first[0] too; keep it in one of the two lists"
    )]
    [InlineData("cohort.strata", "[\"region=eu\"]", "cohort.strata[0]", "'region=eu' is no name of a label")]
    [InlineData("cohort.strata", "[\"a\",\"a\"]", "cohort.strata[1].name", "of spec.cohort.strata[0] too")]
    [InlineData(
        "cohort.strata",
        "[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\"]",
        "cohort.strata",
        "there are 6 labels; list at most 5"
    )]
    [InlineData("evidence.minRuns", "0", "evidence.minRuns", "0 is out of range; use 1 to 1000000")]
    [InlineData("evidence.minItems", "-1", "evidence.minItems", "-1 is out of range; use 0 to 1000000000")]
    [InlineData("evidence.minStores", "0", "evidence.minStores", "0 is out of range; use 1 to 10000")]
    [InlineData(
        "analysis.maxErrorRate",
        "\"101%\"",
        "analysis.maxErrorRate",
        "'101%' is no percentage from 0% to 100%"
    )]
    [InlineData("analysis.maxErrorRate", "\"0.02\"", "analysis.maxErrorRate", "'0.02' is no percentage")]
    [InlineData("steps[0].evidence.minRuns", "0", "steps[0].evidence.minRuns", "0 is out of range; use 1 to 1000000")]
    [InlineData("steps[0].evidence.minItems", "-1", "steps[0].evidence.minItems", "-1 is out of range")]
    [InlineData("steps[0].evidence.minStores", "10001", "steps[0].evidence.minStores", "use 1 to 10000")]
    [InlineData(
        "evidence.flows",
        "[\"a\",\"b\",\"a\"]",
        "evidence.flows[2].name",
        "'a' is the name of spec.evidence.flows[0] too"
    )]
    [InlineData("evidence.flows", "[\"Orders\"]", "evidence.flows[0]", "'Orders' is no flow name")]
    [InlineData(
        "analysis.maxIncrease",
        "\"101%\"",
        "analysis.maxIncrease",
        "no percentage from 0% to 100%; write for example 50%"
    )]
    [InlineData(
        "analysis.maxVolumeDrop",
        "\"half\"",
        "analysis.maxVolumeDrop",
        "'half' is no percentage from 0% to 100%"
    )]
    [InlineData("analysis.falseAbortRate", "\"0.09%\"", "analysis.falseAbortRate", "no percentage from 0.1% to 10%")]
    [InlineData("analysis.falseAbortRate", "\"10.1%\"", "analysis.falseAbortRate", "no percentage from 0.1% to 10%")]
    [InlineData("analysis.control", "\"9%\"", "analysis.control", "neither 0% nor a percentage from 10% to 90%")]
    [InlineData("analysis.control", "\"91%\"", "analysis.control", "neither 0% nor a percentage from 10% to 90%")]
    [InlineData("analysis.control", "\"none\"", "analysis.control", "'none' is neither 0% nor a percentage")]
    [InlineData("onFailure", "\"Cry\"", "onFailure", "use Rollback or Pause")]
    [InlineData("inFlight", "\"Kill\"", "inFlight", "use Drain or Stop")]
    [InlineData("deadlines.evidence", "\"59s\"", "deadlines.evidence", "'59s' is out of range; use 1m to 8760h")]
    [InlineData("deadlines.evidence", "\"8761h\"", "deadlines.evidence", "is out of range; use 1m to 8760h")]
    [InlineData("deadlines.evidence", "\"1d\"", "deadlines.evidence", "'1d' is no duration")]
    [InlineData("deadlines.onDeadline", "\"Promote\"", "deadlines.onDeadline", "use Hold or Rollback")]
    public void Bad_value_is_found_where_it_is_with_what_to_do(string field, string json, string path, string message)
    {
        var findings = Check(spec => JsonPaths.Set(spec, field, JsonNode.Parse(json)));

        var finding = Assert.Single(findings);
        Assert.Equal($"spec.{path}", finding.Path);
        Assert.Contains(message, finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("connectorRef.name", "\"amazon.eu\"")]
    [InlineData("steps[0].stores", "1")]
    [InlineData("steps[0].stores", "\"3\"")]
    [InlineData("steps[0].stores", "\"0.5%\"")]
    [InlineData("steps[0].stores", "\"100%\"")]
    [InlineData("steps[0].minDuration", "\"0s\"")]
    [InlineData("steps[0].minDuration", "\"720h\"")]
    [InlineData("cohort", "{}")]
    [InlineData("cohort.first", "[]")]
    [InlineData("cohort.first", "[\"a\",\"123456789012345678901234567890123456789012345678901234567890123\"]")]
    [InlineData("cohort.strata", "[\"region\",\"example.com/size\"]")]
    [InlineData("evidence.minRuns", "1")]
    [InlineData("evidence.minItems", "0")]
    [InlineData("evidence.minStores", "1")]
    [InlineData("analysis.maxErrorRate", "\"0%\"")]
    [InlineData("analysis.maxErrorRate", "\"100%\"")]
    [InlineData("steps[0].evidence", "{}")]
    [InlineData("steps[0].evidence.minItems", "0")]
    [InlineData("evidence.flows", "[]")]
    [InlineData("evidence.flows", "[\"orders\",\"prices\"]")]
    [InlineData("analysis.maxIncrease", "\"0%\"")]
    [InlineData("analysis.maxVolumeDrop", "\"100%\"")]
    [InlineData("analysis.falseAbortRate", "\"0.1%\"")]
    [InlineData("analysis.falseAbortRate", "\"10%\"")]
    [InlineData("analysis.control", "\"10%\"")]
    [InlineData("analysis.control", "\"90%\"")]
    [InlineData("onFailure", "\"Pause\"")]
    [InlineData("inFlight", "\"Stop\"")]
    [InlineData("deadlines", "{}")]
    [InlineData("deadlines.evidence", "\"1m\"")]
    [InlineData("deadlines.evidence", "\"8760h\"")]
    [InlineData("deadlines.onDeadline", "\"Rollback\"")]
    public void Good_value_is_let_through(string field, string json)
    {
        Assert.Empty(Check(spec => JsonPaths.Set(spec, field, JsonNode.Parse(json))));
    }

    [Theory]
    [InlineData("0%")]
    [InlineData("0.00%")]
    public void Without_control_there_is_no_proof_and_the_user_is_told_so(string control)
    {
        var finding = Assert.Single(Check(spec => JsonPaths.Set(spec, "analysis.control", control)));

        Assert.True(finding.IsAdvice);
        Assert.Equal("spec.analysis.control", finding.Path);
        Assert.StartsWith(
            "with control 0% no run of the cohort stays on stable, so nothing is proven",
            finding.Message
        );
    }

    [Theory]
    [InlineData("5%,25%,100%", "")]
    [InlineData("5%,5%", "")]
    [InlineData("1,3,10", "")]
    [InlineData("9,10", "")]
    [InlineData("25%,10,50%,20", "")]
    [InlineData("10,5%", "")]
    [InlineData("25%,5%", "spec.steps[1].stores: 5% is less than the step before it (25%); steps may only grow")]
    [InlineData("10,9", "spec.steps[1].stores: 9 is less than the step before it (10); steps may only grow")]
    [InlineData("25%,3,5%", "spec.steps[2].stores: 5% is less than steps[0] (25%); steps may only grow")]
    [InlineData(
        "50%,25%,30%",
        "spec.steps[1].stores: 25% is less than the step before it (50%); steps may only grow|spec.steps[2].stores: 30% is less than steps[0] (50%); steps may only grow"
    )]
    public void Steps_may_only_grow_within_one_notation(string steps, string findings)
    {
        var found = Check(spec =>
            spec["steps"] = new JsonArray([.. steps.Split(',').Select(s => new JsonObject { ["stores"] = s })])
        );

        Assert.Equal(findings, string.Join('|', found));
    }

    [Fact]
    public void List_may_be_full_but_not_fuller()
    {
        static JsonArray Steps(int count) =>
            new([.. Enumerable.Range(1, count).Select(i => new JsonObject { ["stores"] = i })]);

        Assert.Empty(Check(spec => spec["steps"] = Steps(20)));
        Assert.Equal(
            "spec.steps: there are 21 steps; list at most 20",
            Assert.Single(Check(spec => spec["steps"] = Steps(21))).ToString()
        );
    }

    private static ImmutableArray<Finding> Check(Action<JsonObject> change) =>
        RolloutRules.Check(A.FullRollout(change));
}
