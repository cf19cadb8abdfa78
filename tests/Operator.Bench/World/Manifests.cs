using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Operator.Api;

namespace Operator.Bench.World;

/// <summary>A connector to create: its stores and its flows, all on one schedule.</summary>
internal sealed record ConnectorDraft(string Name, string Schedule)
{
    public int Stores { get; init; } = 5;

    /// <summary>ConfigMaps with more stores, under the key <see cref="Manifests.StoresKey"/>.</summary>
    public IReadOnlyList<string> StoreLists { get; init; } = [];
    public int Flows { get; init; } = 1;
    public int StoresPerRun { get; init; } = 25;
    public int ConcurrentRuns { get; init; } = 100;
    public string Image { get; init; } = "localhost/never-run:1";

    /// <summary>Long by default, so that pods that never run are not given up during a measurement.</summary>
    public string StartingDeadline { get; init; } = "10m";
    public string StartTimeout { get; init; } = "10m";
    public string UpdatePolicy { get; init; } = "Immediate";
}

/// <summary>The objects that the bench creates, as JSON. The same draft gives the same bytes.</summary>
internal static class Manifests
{
    public const string StoresKey = "stores.yaml";

    public static byte[] Connector(ConnectorDraft draft)
    {
        var stores = Stores(1, draft.Stores);
        var lists = string.Join(
            ',',
            draft.StoreLists.Select(name => $$$"""{"configMapKeyRef":{"name":"{{{name}}}","key":"{{{StoresKey}}}"}}""")
        );
        var flows = string.Join(
            ',',
            Enumerable
                .Range(1, draft.Flows)
                .Select(i =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $$"""{"name":"flow-{{i}}","schedule":"{{draft.Schedule}}","startingDeadline":"{{draft.StartingDeadline}}","startTimeout":"{{draft.StartTimeout}}","timeout":"10m","maxStoresPerRun":{{draft.StoresPerRun}},"maxConcurrentRuns":{{draft.ConcurrentRuns}}}"""
                    )
                )
        );
        return Encoding.UTF8.GetBytes(
            $$$"""
            {"apiVersion":"{{{ApiGroup.ApiVersion}}}","kind":"{{{ApiGroup.ConnectorKind}}}","metadata":{"name":"{{{draft.Name}}}"},
             "spec":{"marketplace":"Amazon","environment":"Development","updatePolicy":"{{{draft.UpdatePolicy}}}",
              "sync":{"image":"{{{draft.Image}}}","imagePullPolicy":"Never"},
              "credentials":{"secretRef":{"name":"app"}},"stores":[{{{stores}}}],"storesFrom":[{{{lists}}}],"flows":[{{{flows}}}]} }
            """
        );
    }

    /// <summary>A rollout in one step of all stores, judged by the first flow, that stops the candidate's runs when it fails.</summary>
    public static byte[] Rollout(string connector) =>
        Encoding.UTF8.GetBytes(
            $$$"""
            {"apiVersion":"{{{ApiGroup.ApiVersion}}}","kind":"{{{ApiGroup.RolloutKind}}}","metadata":{"name":"{{{connector}}}"},
             "spec":{"connectorRef":{"name":"{{{connector}}}"},"steps":[{"stores":"100%"}],"evidence":{"flows":["flow-1"]},"inFlight":"Stop"} }
            """
        );

    /// <summary>A labelled ConfigMap with <paramref name="count"/> stores, numbered from <paramref name="first"/>.</summary>
    public static byte[] StoreList(string name, int first, int count)
    {
        var list = JsonEncodedText.Encode($"[{Stores(first, count)}]");
        return Encoding.UTF8.GetBytes(
            $$$"""
            {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}","labels":{"{{{ApiGroup.StoresLabel}}}":"true"}},
             "data":{"{{{StoresKey}}}":"{{{list}}}"} }
            """
        );
    }

    private static string Stores(int first, int count) =>
        string.Join(
            ',',
            Enumerable
                .Range(first, count)
                .Select(i =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $$"""{"name":"seller-{{i:000}}","sites":["A1PA6795UKMFR9"]}"""
                    )
                )
        );

    public static string NameOf(int index) => string.Create(CultureInfo.InvariantCulture, $"connector-{index:00000}");

    /// <summary>A copy of the pod with another namespace and name, ready to create, without owners.</summary>
    public static byte[] CopyOf(JsonElement pod, string ns, string name)
    {
        var copy = Node(pod);
        copy.Remove("status");
        var metadata = copy["metadata"]!.AsObject(); // every object of the API server has it
        foreach (
            var field in (string[])
                ["uid", "resourceVersion", "creationTimestamp", "managedFields", "ownerReferences", "selfLink"]
        )
        {
            metadata.Remove(field);
        }
        metadata["namespace"] = ns;
        metadata["name"] = name;
        return Bytes(copy);
    }

    /// <summary>The object with another <c>spec.suspend</c>.</summary>
    public static byte[] WithSuspend(JsonElement connector, bool suspend) =>
        WithSpec(connector, spec => spec["suspend"] = suspend);

    /// <summary>The object with another image, which makes a new revision.</summary>
    public static byte[] WithImage(JsonElement connector, string image) =>
        WithSpec(connector, spec => spec["sync"]!["image"] = image); // the kind requires spec.sync

    private static byte[] WithSpec(JsonElement connector, Action<JsonObject> change) =>
        Changed(connector, c => change(c["spec"]!.AsObject())); // the kind requires it

    /// <summary>A changed copy of the object.</summary>
    public static byte[] Changed(JsonElement item, Action<JsonObject> change)
    {
        var copy = Node(item);
        change(copy);
        return Bytes(copy);
    }

    private static JsonObject Node(JsonElement item) => JsonObject.Create(item)!.DeepClone().AsObject(); // an object, not null

    private static byte[] Bytes(JsonObject item) => Encoding.UTF8.GetBytes(item.ToJsonString());
}
