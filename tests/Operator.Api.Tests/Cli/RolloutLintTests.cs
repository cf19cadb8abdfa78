using Operator.Cli;

namespace Operator.Api.Tests;

/// <summary><c>lint</c> checks a rollout beside its connector where both are given.</summary>
public sealed class RolloutLintTests
{
    private const string Rollout = """
        apiVersion: marketplace-operator.io/v1alpha1
        kind: SyncRollout
        metadata: {name: amazon-eu}
        spec:
          connectorRef: {name: amazon-eu}
          steps: [{stores: 1}, {stores: "100%"}]
          evidence:
            minRuns: 10
          deadlines:
            evidence: 72h
        ---
        """;

    private const string Connector = """

        apiVersion: marketplace-operator.io/v1alpha1
        kind: MarketplaceConnector
        metadata: {name: amazon-eu}
        spec:
          marketplace: Amazon
          sync: {image: "registry.example.com/amazon-sync:1.4.2"}
          stores: [{name: acme-eu}, {name: acme-us}]
          flows: [{name: listings, schedule: "0 3 * * *"}]
        """;

    private const string Refused =
        "stdin:8: document 1 SyncRollout/amazon-eu: spec.evidence.minRuns: minRuns 10 can't be reached within 72h in step 1: flow 'listings' takes some 24 due times, about 24 days";

    [Fact]
    public async Task Minima_that_the_schedule_cant_reach_are_told_with_the_arithmetic()
    {
        var run = await LintAsync(Rollout + Connector);

        Assert.StartsWith(Refused, run.Output, StringComparison.Ordinal);
        Assert.Equal(1, run.ExitCode);
    }

    [Theory]
    [InlineData("0 3 * * *", "*/5 * * * *")] // it can be reached
    [InlineData(
        "    minRuns: 10\n  deadlines:\n    evidence: 72h",
        "    minItems: 10\n  deadlines:\n    onDeadline: Rollback"
    )] // defaults
    [InlineData("connectorRef: {name: amazon-eu}", "connectorRef: {name: other}")] // may be in the cluster
    [InlineData(
        "stores: [{name: acme-eu}, {name: acme-us}]",
        "storesFrom: [{configMapKeyRef: {name: eu, key: a.yaml}}]"
    )] // how many stores?
    public async Task What_is_fine_or_not_known_is_not_told(string text, string other)
    {
        var run = await LintAsync((Rollout + Connector).Replace(text, other, StringComparison.Ordinal));

        Assert.Equal("", run.Output);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task A_rollout_alone_is_not_reckoned()
    {
        var run = await LintAsync(Rollout);

        Assert.Equal((0, ""), (run.ExitCode, run.Output));
    }

    [Fact]
    public async Task A_connector_with_faults_tells_only_its_own()
    {
        var run = await LintAsync((Rollout + Connector).Replace("0 3 * * *", "@daily", StringComparison.Ordinal));

        Assert.Contains("spec.flows[0].schedule: '@daily' is a macro", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("SyncRollout", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "minRuns: 10",
        "flows: [orders]",
        "spec.evidence.flows[0]: 'orders' is no flow of connector 'amazon-eu'"
    )]
    [InlineData(
        "72h",
        "72h\n  analysis: {control: 0%}",
        "spec.analysis.control: with control 0% no run of the cohort stays on stable"
    )]
    public async Task A_slip_is_found(string text, string other, string finding)
    {
        var run = await LintAsync((Rollout + Connector).Replace(text, other, StringComparison.Ordinal));

        Assert.Contains(finding, run.Output, StringComparison.Ordinal);
        Assert.Equal(1, run.ExitCode);
    }

    private const string CohortOf =
        "steps: [{stores: 1}, {stores: \"100%\"}]\n  cohort: {first: [acme-us, acme-ue], last: [acme-eu], strata: [region]}";

    [Fact]
    public async Task Names_of_the_cohort_that_the_connector_does_not_have_are_told()
    {
        var run = await LintAsync(WithCohort(Rollout + Connector));

        Assert.Contains(
            "spec.cohort.first[1]: 'acme-ue' is no store of connector 'amazon-eu' and is passed over; correct or remove it",
            run.Output,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "spec.cohort.strata[0]: no store of connector 'amazon-eu' has a label 'region'",
            run.Output,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("spec.cohort.last", run.Output, StringComparison.Ordinal);
        Assert.Equal(1, run.ExitCode);
    }

    [Theory]
    [InlineData("{name: acme-us}", "{name: acme-us, suspend: true, labels: {region: us}}, {name: acme-ue}")]
    [InlineData(
        "stores: [{name: acme-eu}, {name: acme-us}]",
        "storesFrom: [{configMapKeyRef: {name: eu, key: a.yaml}}]"
    )]
    public async Task Names_that_may_be_right_are_not_told(string text, string other)
    {
        var run = await LintAsync(
            WithCohort(Rollout + Connector)
                .Replace("72h", "8760h", StringComparison.Ordinal)
                .Replace(text, other, StringComparison.Ordinal)
        );

        Assert.DoesNotContain("spec.cohort", run.Output, StringComparison.Ordinal);
    }

    private static string WithCohort(string manifests) =>
        manifests.Replace("steps: [{stores: 1}, {stores: \"100%\"}]", CohortOf, StringComparison.Ordinal);

    private static async Task<(int ExitCode, string Output)> LintAsync(string input)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var errors = new StringWriter { NewLine = "\n" };
        var terminal = new Terminal(new StringReader(input), output, errors, TimeProvider.System, IsInteractive: false);
        var exitCode = await new CommandLine(terminal).RunAsync(["lint", "-"], TestContext.Current.CancellationToken);
        return (exitCode, output.ToString());
    }
}
