using System.Globalization;
using System.Text.Json.Nodes;

namespace Operator.Runtime.Tests.Conformance;

/// <summary>A kind with a CRD, a status subresource and the default <c>status: {observedGeneration: -1}</c>.</summary>
internal sealed record OwnKind(ResourceType Type, string Kind)
{
    public static OwnKind Rollouts { get; } =
        new(new ResourceType("marketplace-operator.io", "v1alpha1", "syncrollouts"), "SyncRollout");

    /// <summary>A kind of the same shape that no operator watches, so an operator in a real cluster does not touch its objects.</summary>
    public static OwnKind Widgets { get; } =
        new(new ResourceType("conformance.marketplace-operator.io", "v1alpha1", "widgets"), "Widget");

    public JsonObject New(string name, string connector = "one", string? label = null) =>
        Objects.WithLabel(
            new JsonObject
            {
                ["apiVersion"] = $"{Type.Group}/{Type.Version}",
                ["kind"] = Kind,
                ["metadata"] = new JsonObject { ["name"] = name },
                ["spec"] = new JsonObject
                {
                    ["connectorRef"] = new JsonObject { ["name"] = connector },
                    ["steps"] = new JsonArray(new JsonObject { ["stores"] = "100%", ["minDuration"] = "1m" }),
                },
            },
            label
        );

    /// <summary>Waits until the server serves the kind. A server needs a moment for a new kind and does not say when it is ready.</summary>
    public async Task UntilServedAsync(IKubeApi api)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            try
            {
                await api.ListAsync(Type, "default", new ListOptions(), limit.Token);
                return;
            }
            catch (KubeApiException)
            {
                await timer.WaitForNextTickAsync(limit.Token);
            }
        }
    }

    /// <summary>The definition of <see cref="Widgets"/>.</summary>
    public static JsonObject WidgetDefinition() =>
        JsonNode
            .Parse(
                """
                {
                  "apiVersion": "apiextensions.k8s.io/v1",
                  "kind": "CustomResourceDefinition",
                  "metadata": {"name": "widgets.conformance.marketplace-operator.io"},
                  "spec": {
                    "group": "conformance.marketplace-operator.io",
                    "scope": "Namespaced",
                    "names": {"kind": "Widget", "listKind": "WidgetList", "plural": "widgets", "singular": "widget"},
                    "versions": [{
                      "name": "v1alpha1", "served": true, "storage": true, "subresources": {"status": {}},
                      "schema": {"openAPIV3Schema": {
                        "type": "object",
                        "properties": {
                          "spec": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
                          "status": {
                            "type": "object",
                            "default": {"observedGeneration": -1},
                            "properties": {
                              "observedGeneration": {"type": "integer", "format": "int64"},
                              "phase": {"type": "string"}
                            }
                          }
                        }
                      }}
                    }]
                  }
                }
                """
            )!
            .AsObject(); // the text above

    public static long Generation(KubeObject item) =>
        item.At("metadata", "generation") is { } generation
            ? long.Parse(generation.GetRawText(), CultureInfo.InvariantCulture)
            : 0;
}
