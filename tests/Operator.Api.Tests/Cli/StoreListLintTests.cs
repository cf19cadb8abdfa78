using Operator.Cli;

namespace Operator.Api.Tests;

/// <summary><c>lint</c> reads the store lists among the given manifests by label and key, as the operator does.</summary>
public sealed class StoreListLintTests
{
    private const string Connector = """
        apiVersion: marketplace-operator.io/v1alpha1
        kind: MarketplaceConnector
        metadata: {name: amazon-eu}
        spec:
          marketplace: Amazon
          sync: {image: "registry.example.com/amazon-sync:1.4.2"}
          stores: [{name: acme-eu}]
          storesFrom: [{configMapKeyRef: {name: eu, key: stores.yaml}}]
          flows: [{name: orders, schedule: "*/5 * * * *"}]
        ---
        """;

    private const string List = """

        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: eu
          labels: {marketplace-operator.io/stores: "true"}
        data:
          stores.yaml: |
            - name: acme-us
          notes: as agreed with sales
        """;

    [Fact]
    public async Task A_good_list_is_silent_and_only_the_named_key_is_read()
    {
        var run = await LintAsync(Connector + List);

        Assert.Equal("", run.Output);
        Assert.Equal("2 objects checked, 0 findings\n", run.Errors);
    }

    [Fact]
    public async Task A_list_that_is_not_given_may_be_in_the_cluster()
    {
        var run = await LintAsync(Connector);

        Assert.Equal((0, ""), (run.ExitCode, run.Output));
    }

    [Theory]
    [InlineData(
        "name: acme-us",
        "nmae: acme-us",
        "stdin:17: document 2 ConfigMap/eu: data.stores.yaml: line 1: [0].nmae: there is no such field; did you mean name?"
    )]
    [InlineData("- name", "\uFEFF- name", "data.stores.yaml: line 1: it begins with a byte order mark (BOM)")]
    [InlineData("stores.yaml: |", "stores.yaml:", "data.stores.yaml: must be a text")]
    [InlineData(
        "stores: \"true\"",
        "stores: \"yes\"",
        "document 1 MarketplaceConnector/amazon-eu: spec.storesFrom[0].configMapKeyRef: ConfigMap eu/stores.yaml: it does not exist or does not have the label marketplace-operator.io/stores: \"true\""
    )]
    [InlineData(
        "key: stores.yaml",
        "key: store.yaml",
        "spec.storesFrom[0].configMapKeyRef: ConfigMap eu/store.yaml: it has no key 'store.yaml'"
    )]
    [InlineData(
        "data:\n  stores.yaml: |\n    - name: acme-us",
        "binaryData:\n  stores.yaml: //4tAA==\ndata:",
        "ConfigMap eu/stores.yaml: its key 'stores.yaml' is under binaryData"
    )]
    [InlineData(
        "acme-us",
        "acme-eu",
        "spec.storesFrom: ConfigMap eu/stores.yaml: store 'acme-eu' is also in spec.stores, and only that one counts"
    )]
    public async Task A_fault_is_found(string good, string bad, string finding)
    {
        var run = await LintAsync((Connector + List).Replace(good, bad, StringComparison.Ordinal));

        Assert.Contains(finding, run.Output, StringComparison.Ordinal);
        Assert.Equal(1, run.ExitCode);
    }

    [Fact]
    public async Task Without_a_connector_every_key_of_a_labelled_ConfigMap_is_a_list()
    {
        var run = await LintAsync(List);

        Assert.Equal(
            "stdin:10: document 1 ConfigMap/eu: data.notes: it is no list; write one entry for each store, such as - name: acme-eu\n",
            run.Output
        );
    }

    [Fact]
    public async Task A_ConfigMap_of_another_namespace_is_another_one()
    {
        var run = await LintAsync(
            Connector.Replace("{name: amazon-eu}", "{name: amazon-eu, namespace: shop}", StringComparison.Ordinal)
                + List.Replace("name: eu", "name: eu\n  namespace: else", StringComparison.Ordinal)
                    .Replace("stores: \"true\"", "stores: \"no\"", StringComparison.Ordinal)
        );

        Assert.Equal("", run.Output);
        Assert.Contains("ConfigMap/eu: skipped", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_are_read_in_any_order()
    {
        var folder = Directory.CreateTempSubdirectory("lint");
        var (list, connector) = (Path.Combine(folder.FullName, "a.yaml"), Path.Combine(folder.FullName, "b.yaml"));
        await File.WriteAllTextAsync(list, List, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            connector,
            Connector.Replace("key: stores.yaml", "key: none", StringComparison.Ordinal),
            TestContext.Current.CancellationToken
        );

        var run = await LintAsync("", list, connector);
        folder.Delete(recursive: true);

        Assert.Contains($"{connector}:8: ", run.Output, StringComparison.Ordinal);
        Assert.Contains("it has no key 'none'", run.Output, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output, string Errors)> LintAsync(
        string input,
        params string[] files
    )
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var errors = new StringWriter { NewLine = "\n" };
        var terminal = new Terminal(new StringReader(input), output, errors, TimeProvider.System, IsInteractive: false);
        string[] arguments = ["lint", .. files.Length == 0 ? ["-"] : files];
        var exitCode = await new CommandLine(terminal).RunAsync(arguments, TestContext.Current.CancellationToken);
        return (exitCode, output.ToString(), errors.ToString());
    }
}
