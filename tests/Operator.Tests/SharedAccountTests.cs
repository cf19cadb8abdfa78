using System.Text.Json.Nodes;
using Operator.Planning.Facts;
using Operator.Runtime;

namespace Operator.Tests;

/// <summary>One seller account in two connectors of a namespace.</summary>
public sealed class SharedAccountTests : IDisposable
{
    private static readonly ObjectKey One = new("shop", "one");
    private static readonly ObjectKey Two = new("shop", "two");
    private readonly OneShop _shop = new();

    public SharedAccountTests()
    {
        _shop.Process.Start();
        _shop.Create(Connector("one", "orders", "a.", "b."));
        _shop.Create(Connector("two", "orders", "c.", "b."));
        _shop.RunFor(2 * OneShop.Minute);
    }

    [Fact]
    public void Both_connectors_say_so_and_run_all_the_same()
    {
        Assert.Contains(
            "connector 'two' runs flow 'orders' with the account of store 's1'",
            Told(One),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "connector 'one' runs flow 'orders' with the account of store 's1'",
            Told(Two),
            StringComparison.Ordinal
        );
        Assert.NotEmpty(_shop.Made);
    }

    [Fact]
    public void Nobody_complains_once_one_of_them_names_another_account()
    {
        Edit(Two, c => c["stores"]![1]!["credentials"]!["secretRef"]!["keyPrefix"] = "d.");

        Assert.Null(Told(One));
        Assert.Null(Told(Two));
    }

    [Fact]
    public void Nobody_complains_once_one_of_them_is_gone()
    {
        _shop.Cluster.Delete(Kinds.Connectors, Two);
        _shop.RunFor(2 * OneShop.Minute);

        Assert.Null(Told(One));
    }

    [Fact]
    public void Nobody_complains_while_the_store_of_one_of_them_is_suspended()
    {
        Edit(Two, c => c["stores"]![1]!["suspend"] = true);

        Assert.Null(Told(One));
        Assert.Null(Told(Two));
    }

    [Fact]
    public void Nobody_complains_while_one_of_them_is_suspended()
    {
        Edit(One, c => c["suspend"] = true);

        Assert.Null(Told(One));
        Assert.Null(Told(Two));
    }

    [Fact]
    public void Nobody_complains_while_they_have_no_flow_in_common()
    {
        Edit(Two, c => c["flows"]![0]!["name"] = "prices");

        Assert.Null(Told(One));
        Assert.Null(Told(Two));
    }

    [Fact]
    public void An_account_in_a_list_of_stores_counts()
    {
        Edit(Two, c => c["stores"]![1]!["credentials"]!["secretRef"]!["keyPrefix"] = "d.");
        _shop.Cluster.Create(
            CoreTypes.ConfigMaps,
            "shop",
            OneShop.Json(
                """
                {"apiVersion":"v1","kind":"ConfigMap",
                 "metadata":{"name":"more","namespace":"shop","labels":{"marketplace-operator.io/stores":"true"}},
                 "data":{"stores.yaml":"[{\"name\":\"listed\",\"credentials\":{\"secretRef\":{\"name\":\"sellers\",\"keyPrefix\":\"a.\"}}}]"}}
                """
            )
        );
        Edit(
            Two,
            c => c["storesFrom"] = JsonNode.Parse("""[{"configMapKeyRef":{"name":"more","key":"stores.yaml"}}]""")
        );

        Assert.Contains("with the account of store 's0'", Told(One), StringComparison.Ordinal);
        Assert.Contains("with the account of store 'listed'", Told(Two), StringComparison.Ordinal);
    }

    public void Dispose() => _shop.Dispose();

    private string? Told(ObjectKey key) => _shop.Condition(Kinds.Connectors, key, Reasons.AccountShared);

    private void Edit(ObjectKey key, Action<JsonObject> edit)
    {
        _shop.Cluster.Edit(Kinds.Connectors, key, c => edit(c["spec"]!.AsObject())); // it has one
        _shop.RunFor(2 * OneShop.Minute);
    }

    private static JsonObject Connector(string name, string flow, params string[] prefixes)
    {
        var connector = OneShop.Connector(name: name);
        var stores = prefixes.Select(
            (prefix, i) =>
                JsonNode.Parse(
                    $$$"""{"name":"s{{{i}}}","credentials":{"secretRef":{"keyPrefix":"{{{prefix}}}","name":"sellers"} } }"""
                )
        );
        connector["spec"]!["stores"] = new JsonArray([.. stores]); // it has a spec
        connector["spec"]!["sync"]!["args"] = new JsonArray("x"); // see above
        connector["spec"]!["flows"]![0]!["name"] = flow; // see above
        foreach (var store in connector["spec"]!["stores"]!.AsArray())
        {
            store!["credentials"]!["secretRef"]!["keys"] = new JsonArray("token"); // made above
        }
        return connector;
    }
}
