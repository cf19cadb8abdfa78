using System.Text.RegularExpressions;
using Operator.Cli;

namespace Operator.Api.Tests;

/// <summary>Lint finds an account that is listed twice, also through lists and by two connectors.</summary>
public sealed partial class AccountLintTests
{
    private const string Twice = "[{name: acme-eu, PREFIX: a.}, {name: acme-de, PREFIX: a.}]";
    private const string Once = "[{name: acme-eu, PREFIX: a.}, {name: other, PREFIX: b.}]";
    private const string Another = "[{name: one-more, PREFIX: c.}, {name: acme-too, PREFIX: a.}]";

    [Fact]
    public async Task Two_stores_of_a_connector() =>
        Assert.Contains(
            "spec.stores[1].credentials.secretRef: stores 'acme-eu' and 'acme-de' have one account (Secret 'sellers', keyPrefix 'a.')",
            await FindingsAsync(Connector("one", Twice)),
            StringComparison.Ordinal
        );

    [Fact]
    public async Task A_store_of_the_spec_and_one_of_a_list() =>
        Assert.Contains(
            "spec.storesFrom: stores 'acme-eu' and 'acme-too' have one account",
            await FindingsAsync(Connector("one", Once, lists: true), List(Another)),
            StringComparison.Ordinal
        );

    [Fact]
    public async Task Two_connectors_are_told_once_at_the_later_one()
    {
        var findings = await FindingsAsync(Connector("one", Once), Connector("two", Another));

        Assert.Equal(1, findings.Count(c => c == '\n'));
        Assert.Contains(
            "MarketplaceConnector/two: spec.stores[1].credentials.secretRef: store 'acme-too' has the account of store 'acme-eu' of connector 'one'",
            findings,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_list_of_another_connector_counts() =>
        Assert.Contains(
            "store 'acme-eu' has the account of store 'acme-too' of connector 'one'",
            await FindingsAsync(
                Connector("one", "[{name: x, PREFIX: x.}]", lists: true),
                List(Another),
                Connector("two", Once)
            ),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("namespace: other")]
    [InlineData("name: prices")]
    [InlineData("suspend: true")]
    public async Task Not_in_another_namespace_another_flow_or_while_suspended(string difference)
    {
        var two = difference switch
        {
            "namespace: other" => Connector("two", Another)
                .Replace("namespace: shop", difference, StringComparison.Ordinal),
            "name: prices" => Connector("two", Another).Replace("name: orders", difference, StringComparison.Ordinal),
            _ => Connector("two", Another).Replace("spec:", $"spec:\n  {difference}", StringComparison.Ordinal),
        };

        Assert.Equal("", await FindingsAsync(Connector("one", Once), two));
    }

    /// <summary>A "-" alone is an empty item: a finding, and no end of the program.</summary>
    [Theory]
    [InlineData("[{name: acme-eu, PREFIX: a.}, null]", "orders")]
    [InlineData("[null]", "orders")]
    [InlineData("[{name: acme-eu, PREFIX: a.}]", "orders, schedule: '*/5 * * * *'}, null, {name: prices")]
    public async Task An_empty_item_is_a_finding(string stores, string flows)
    {
        var one = Connector("one", stores).Replace("name: orders", $"name: {flows}", StringComparison.Ordinal);

        var findings = await FindingsAsync(one, Connector("two", Once));

        Assert.Contains("MarketplaceConnector/one", findings, StringComparison.Ordinal);
        Assert.DoesNotContain("MarketplaceConnector/two", findings, StringComparison.Ordinal);
    }

    private static string Connector(string name, string stores, bool lists = false)
    {
        var from = lists ? "\n  storesFrom: [{configMapKeyRef: {name: more, key: stores.yaml} }]" : "";
        return $$"""
            apiVersion: marketplace-operator.io/v1alpha1
            kind: MarketplaceConnector
            metadata: {name: {{name}}, namespace: shop}
            spec:
              marketplace: Amazon
              sync: {image: "registry.example.com/sync:1"}
              stores: {{Named(stores)}}{{from}}
              flows: [{name: orders, schedule: "*/5 * * * *"}]
            """;
    }

    private static string List(string stores) =>
        $$"""
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: more, namespace: shop, labels: {marketplace-operator.io/stores: "true"} }
            data:
              stores.yaml: |
                {{Named(stores)}}
            """;

    /// <summary>Writes the credentials of each store out.</summary>
    private static string Named(string stores) =>
        Prefix().Replace(stores, "credentials: {secretRef: {name: sellers, keyPrefix: ${prefix}}}");

    private static async Task<string> FindingsAsync(params string[] manifests)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var errors = new StringWriter { NewLine = "\n" };
        using var input = new StringReader(string.Join("\n---\n", manifests));
        await new CommandLine(new Terminal(input, output, errors, TimeProvider.System, IsInteractive: false)).RunAsync(
            ["lint", "-"],
            TestContext.Current.CancellationToken
        );
        return output.ToString();
    }

    [GeneratedRegex(@"PREFIX: (?<prefix>[a-z]\.)", RegexOptions.NonBacktracking)]
    private static partial Regex Prefix();
}
