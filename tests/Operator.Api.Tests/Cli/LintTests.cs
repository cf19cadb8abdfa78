using Operator.Cli;
using Operator.Testing;

namespace Operator.Api.Tests;

public sealed class LintTests
{
    private const string Good = """
        apiVersion: marketplace-operator.io/v1alpha1
        kind: MarketplaceConnector
        metadata: {name: amazon-eu}
        spec:
          marketplace: Amazon
          suspend: no
          sync: {image: "registry.example.com/amazon-sync:1.4.2", runAsUser: 0x10}
          stores: [{name: acme-eu, sites: ["no"], parameters: {zip: "01234"}}]
          flows:
          - name: orders
            schedule: "*/5 * * * *"
        """;

    [Fact]
    public async Task Good_manifest_is_silent_and_exits_with_0()
    {
        var run = await LintAsync(Good);

        Assert.Equal("", run.Output);
        Assert.Equal("1 object checked, 0 findings\n", run.Errors);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task Finding_names_file_line_document_object_and_path()
    {
        var run = await LintAsync(
            $"{Good}\n---\nkind: ConfigMap\napiVersion: v1\nmetadata: {{name: x}}\n---\n{Good.Replace("\"*/5", "\"61", StringComparison.Ordinal)}"
        );

        Assert.Equal(
            "stdin:27: document 3 MarketplaceConnector/amazon-eu: spec.flows[0].schedule: "
                + "'61 * * * *' is no cron expression with 5 fields; write for example */5 * * * * or @every 5m\n",
            run.Output
        );
        Assert.Contains("stdin:13: document 2 ConfigMap/x: skipped", run.Errors, StringComparison.Ordinal);
        Assert.Equal(1, run.ExitCode);
    }

    /// <summary>kubectl applies the items of a list, such as <c>kubectl get -o yaml</c> writes it.</summary>
    [Fact]
    public async Task The_items_of_a_list_are_checked()
    {
        var item = Good.Trim().Replace("\n", "\n  ", StringComparison.Ordinal);
        var list = $"apiVersion: v1\nkind: List\nitems:\n- {item}\n";

        var good = await LintAsync(list);
        var bad = await LintAsync(list.Replace("schedule:", "shedule:", StringComparison.Ordinal));

        Assert.Equal(0, good.ExitCode);
        Assert.Contains("1 object checked, 0 findings", good.Errors, StringComparison.Ordinal);
        Assert.Equal(1, bad.ExitCode);
        var line = 1 + list[..list.IndexOf("schedule:", StringComparison.Ordinal)].Count(c => c == '\n');
        Assert.Contains(
            $":{line}: document 1 MarketplaceConnector/amazon-eu: spec.flows[0].shedule",
            bad.Output,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("schedule:", "shedule:", "spec.flows[0].shedule: there is no such field; did you mean schedule?")]
    [InlineData("[\"no\"]", "[no]", "spec.stores[0].sites[0]: is the boolean false, must be a text")]
    [InlineData("\"01234\"", "12", "spec.stores[0].parameters.zip: is the number 12, must be a text")]
    [InlineData("0x10", "0", "spec.sync.runAsUser: user 0 is not allowed")]
    [InlineData("\"*/5 * * * *\"", "\"@daily\"", "spec.flows[0].schedule: '@daily' is a macro")]
    [InlineData(
        "v1alpha1",
        "v1",
        "apiVersion: 'marketplace-operator.io/v1' is not served; use marketplace-operator.io/v1alpha1"
    )]
    [InlineData("MarketplaceConnector", "Connector", "kind: 'Connector' is no kind of marketplace-operator.io")]
    [InlineData("name: amazon-eu", "labels: {}", "metadata.name: the name is missing")]
    [InlineData("name: amazon-eu", "name: Amazon", "metadata.name: 'Amazon' is no name of an object")]
    [InlineData("spec:", "specs:", "spec: there is no spec")]
    [InlineData("[\"no\"]", "[\"no\", null]", "spec.stores[0].sites[1]: has no value; fill it in or remove the field")]
    [InlineData("\"*/5 * * * *\"", "", "spec.flows[0].schedule: the schedule is missing")]
    [InlineData("stores: [{", "stores: null\n  quotas: [{", "there are no stores; list at least 1")]
    [InlineData("suspend: no", "suspendd: null", "spec.suspendd: there is no such field; did you mean suspend?")]
    [InlineData("\"*/5 * * * *\"", "\"@every 10s\"", "'@every 10s' is shorter than the least interval of 30s")]
    public async Task Slip_is_found(string good, string bad, string finding)
    {
        var run = await LintAsync(Good.Replace(good, bad, StringComparison.Ordinal));

        Assert.Contains(finding, run.Output, StringComparison.Ordinal);
        Assert.Equal(1, run.ExitCode);
    }

    /// <summary>The API server drops a field whose value is null, so the operator never sees it.</summary>
    [Theory]
    [InlineData("orders\n", "orders\n    timeout:\n    parameters: {a: null}\n")]
    [InlineData("suspend: no", "suspend: null")]
    [InlineData("suspend: no", "credentials: null")]
    [InlineData("zip: \"01234\"", "zip: null")]
    public async Task Null_is_as_good_as_left_out(string good, string bad)
    {
        var run = await LintAsync(Good.Replace(good, bad, StringComparison.Ordinal));

        Assert.Equal("", run.Output);
        Assert.Equal(0, run.ExitCode);
    }

    [Theory]
    [InlineData("stores: null")]
    [InlineData("stores:")]
    [InlineData("stores: []")]
    public async Task Null_in_place_of_the_stores_of_an_action_is_refused_as_the_operator_does(string stores)
    {
        var run = await LintAsync(
            $$"""
            apiVersion: marketplace-operator.io/v1alpha1
            kind: SyncAction
            metadata: {name: stop}
            spec:
              targetRef: {kind: MarketplaceConnector, name: amazon-eu}
              action: Suspend
              flow: null
              {{stores}}
            """
        );

        Assert.Equal(
            "stdin:8: document 1 SyncAction/stop: spec.stores: the list is empty or null; name stores, or leave the list out for all stores\n",
            run.Output
        );
    }

    /// <summary>A manifest from elsewhere must not paint over what lint says of it.</summary>
    [Fact]
    public async Task Control_characters_are_shown_and_not_sent_to_the_terminal()
    {
        var run = await LintAsync(
            Good.Replace("\"*/5 * * * *\"", "\"\\e[2J\\u202E\\n* *\"", StringComparison.Ordinal)
                .Replace("amazon-eu", "\"a\\e[31m\"", StringComparison.Ordinal)
                + "\n---\napiVersion: v1\nkind: \"Pod\\a\"\n"
        );

        Assert.Contains(@"spec.flows[0].schedule: '\u{1B}[2J\u{202E}\u{A}* *'", run.Output, StringComparison.Ordinal);
        Assert.Contains(@"MarketplaceConnector/a\u{1B}[31m: ", run.Output, StringComparison.Ordinal);
        Assert.Contains(@"Pod\u{7}/", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(run.Output + run.Errors, c => char.IsControl(c) && c != '\n');
    }

    [Theory]
    [InlineData("a: [")]
    [InlineData("a: 1\na: 2")]
    [InlineData("a: *nowhere")]
    [InlineData("a: &a [*a]")]
    public async Task What_is_no_yaml_exits_with_2(string text)
    {
        var run = await LintAsync(text);

        Assert.Contains("cannot read this as YAML", run.Errors, StringComparison.Ordinal);
        Assert.Equal(2, run.ExitCode);
    }

    [Fact]
    public async Task Aliases_that_explode_are_refused()
    {
        var laughs = string.Join(
            '\n',
            Enumerable
                .Range(1, 12)
                .Select(i => $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]")
        );

        var run = await LintAsync($"a0: &a0 x\n{laughs}");

        Assert.Contains("aliases make the document too large", run.Errors, StringComparison.Ordinal);
        Assert.Equal(2, run.ExitCode);
    }

    [Fact]
    public async Task Deep_nesting_is_refused()
    {
        Assert.Equal(2, (await LintAsync(new string('[', 5000))).ExitCode);
    }

    [Fact]
    public async Task Anchors_aliases_and_merge_keys_are_followed()
    {
        var run = await LintAsync(
            Good.Replace("- name: orders", "- &o\n    name: orders", StringComparison.Ordinal)
                + "\n    timeout: 25h\n  - <<: *o\n    name: prices\n    timeout: 26h\n"
        );

        Assert.Contains("spec.flows[0].timeout: '25h' is out of range", run.Output, StringComparison.Ordinal);
        Assert.Contains("spec.flows[1].timeout: '26h' is out of range", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("schedule", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_is_read_too()
    {
        Assert.Equal(0, (await LintAsync(A.FullConnectorJson().ToJsonString())).ExitCode);
    }

    [Fact]
    public async Task Missing_file_exits_with_2_and_the_others_are_checked()
    {
        var run = await RunAsync(
            "",
            "lint",
            "/nowhere/a.yaml",
            Repository.PathOf("tests/Operator.Api.Tests/BadInput/connector-image-upper-case.yaml")
        );

        Assert.Contains("/nowhere/a.yaml: cannot read the file", run.Errors, StringComparison.Ordinal);
        Assert.Contains("spec.sync.image", run.Output, StringComparison.Ordinal);
        Assert.Equal(2, run.ExitCode);
    }

    [Fact]
    public async Task Nothing_to_check_is_said()
    {
        var run = await LintAsync("# nothing\n---\n");

        Assert.Contains("nothing was checked", run.Errors, StringComparison.Ordinal);
        Assert.Equal(0, run.ExitCode);
    }

    [Theory]
    [InlineData("lint")]
    [InlineData("lint", "--minimum-interval", "soon", "-")]
    [InlineData("dance")]
    public async Task Wrong_arguments_exit_with_2(params string[] args)
    {
        Assert.Equal(2, (await RunAsync("", args)).ExitCode);
    }

    [Fact]
    public async Task Operator_that_allows_less_can_be_told()
    {
        var run = await RunAsync(
            Good.Replace("*/5 * * * *", "@every 1s", StringComparison.Ordinal),
            "lint",
            "--minimum-interval",
            "1s",
            "-"
        );

        Assert.Equal(0, run.ExitCode);
    }

    /// <summary>An operator that is installed as the README says accepts every example.</summary>
    [Fact]
    public async Task Every_example_is_accepted_with_the_defaults()
    {
        var files = Directory.GetFiles(Repository.PathOf("examples"), "*.yaml", SearchOption.AllDirectories);

        var run = await RunAsync("", ["lint", .. files]);

        Assert.Equal("", run.Output);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task The_first_connector_of_the_contract_page_is_accepted()
    {
        var run = await LintAsync(Assert.Single(DocumentedBlocks.Of("docs/writing-a-sync-pod.md", "yaml")));

        Assert.Equal("", run.Output);
        Assert.Equal("1 object checked, 0 findings\n", run.Errors);
    }

    [Fact]
    public async Task Version_is_one_line()
    {
        var run = await RunAsync("", "version");

        Assert.Matches(@"^[0-9]+\.[0-9]+\.[0-9]+.*\n\z", run.Output);
        Assert.Equal(0, run.ExitCode);
    }

    private static Task<CliRun> LintAsync(string manifest) => RunAsync(manifest, "lint", "-");

    private static async Task<CliRun> RunAsync(string input, params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var errors = new StringWriter { NewLine = "\n" };
        var exitCode = await new CommandLine(
            new Terminal(new StringReader(input), output, errors, TimeProvider.System, IsInteractive: false)
        ).RunAsync(args, TestContext.Current.CancellationToken);
        return new CliRun(exitCode, output.ToString(), errors.ToString());
    }

    private sealed record CliRun(int ExitCode, string Output, string Errors);
}
