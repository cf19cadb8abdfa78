using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Operator.Cluster.Tests;

/// <summary>
/// An extreme connector, and the words that must be in its refusal, by the API server or by a condition of the operator. No words:
/// the connector must run.
/// </summary>
internal sealed record Hostile(string What, JsonObject Manifest, ImmutableArray<string> Words)
{
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    public string Name => (string)Manifest["metadata"]!["name"]!; // each has one

    /// <summary>All cases, each in its own connector.</summary>
    public static IEnumerable<Hostile> All(Func<string, JsonObject> connector)
    {
        Hostile Runs(string what, string name, Action<JsonObject> change) => Make(what, name, change, []);
        Hostile Refused(string what, string name, Action<JsonObject> change, params ImmutableArray<string> words) =>
            Make(what, name, change, words);
        Hostile Make(string what, string name, Action<JsonObject> change, ImmutableArray<string> words)
        {
            var manifest = connector(name);
            change(manifest);
            return new Hostile(what, manifest, words);
        }
        JsonObject Spec(JsonObject m) => m["spec"]!.AsObject();
        JsonObject Sync(JsonObject m) => Spec(m)["sync"]!.AsObject();
        JsonObject Flow(JsonObject m) => Spec(m)["flows"]![0]!.AsObject();
        JsonArray Stores(JsonObject m) => Spec(m)["stores"]!.AsArray();
        JsonObject Annotations(JsonObject m) => (JsonObject)(m["metadata"]!["annotations"] ??= new JsonObject());

        // Names and texts.
        yield return Runs("a name of 253 characters", LongName, _ => { });
        yield return Runs("dots in its name", "a.b.c.d", _ => { });
        yield return Runs(
            "emoji, quotes, line breaks and templates in its parameters",
            "emoji",
            m =>
            {
                Flow(m)["parameters"] = new JsonObject
                {
                    ["greeting"] = Texts,
                    ["template"] = "{{ .Values.x }} $(PATH) ${HOME} %s",
                };
                Stores(m)[0]!["parameters"] = new JsonObject { ["greeting"] = Texts };
            }
        );
        yield return Refused(
            "a store that is an emoji",
            "emoji-store",
            m => Stores(m)[0]!["name"] = "🛒",
            "spec.stores",
            "name"
        );
        yield return Refused(
            "a store that is a path",
            "path-store",
            m => Stores(m)[0]!["name"] = "../../etc/passwd",
            "spec.stores",
            "name"
        );
        yield return Refused(
            "an image that is a shell",
            "shell-image",
            m => Sync(m)["image"] = "busybox;rm -rf /",
            "spec.sync.image"
        );

        // Sizes.
        yield return Refused(
            "1,000 flows",
            "flows",
            m => Spec(m)["flows"] = Many(1000, i => Copy(Flow(m), f => f["name"] = $"f{i}")),
            "spec.flows",
            "20"
        );
        yield return Refused(
            "10,000 inline stores",
            "stores",
            m => Spec(m)["stores"] = Many(10_000, i => new JsonObject { ["name"] = $"s{i}" }),
            "spec.stores",
            "250"
        );
        yield return Refused(
            "parameters of a store beyond 1 KiB",
            "store-parameters",
            m =>
                Stores(m)[0]!["parameters"] = new JsonObject
                {
                    ["a"] = new string('a', 600),
                    ["b"] = new string('b', 600),
                },
            "spec.stores",
            "parameters"
        );
        yield return Refused(
            "a run.json above 128 KiB",
            "run-json",
            m =>
                Flow(m)["parameters"] = new JsonObject(
                    Enumerable.Range(0, 50).Select(i => KeyValuePair.Create($"p{i}", (JsonNode?)new string('p', 4000)))
                ),
            "spec.flows",
            "parameters"
        );
        yield return Runs(
            "an annotation of 200 KiB",
            "annotations",
            m => Annotations(m)["example.com/notes"] = new string('n', 200_000)
        );

        // Hostile annotations and pod fields.
        yield return Runs(
            "annotations of other tools",
            "steering",
            m =>
            {
                Annotations(m)["argocd.argoproj.io/tracking-id"] = "shop:apps/Deployment:shop/shop";
                Annotations(m)["kustomize.toolkit.fluxcd.io/prune"] = "disabled";
                Annotations(m)["marketplace-operator.io/connector"] = "somebody-else";
            }
        );
        yield return Refused(
            "a last-applied annotation that is no manifest",
            "last-applied",
            m =>
            {
                Annotations(m)[LastApplied] = "{]";
                Flow(m)["schedule"] = "61 * * * *";
            },
            "schedule"
        );
        yield return Refused(
            "pod annotations of the operator",
            "our-annotations",
            m => Sync(m)["podAnnotations"] = new JsonObject { ["marketplace-operator.io/run"] = "forged" },
            "spec.sync.podAnnotations"
        );
        yield return Refused(
            "a variable of the operator",
            "our-env",
            m =>
                Sync(m)["env"]!
                    .AsArray()
                    .Add(new JsonObject { ["name"] = "SYNC_DEADLINE", ["value"] = "2999-01-01T00:00:00Z" }),
            "spec.sync.env"
        );
        yield return Refused("root", "root", m => Sync(m)["runAsUser"] = 0, "spec.sync.runAsUser");
        yield return Refused(
            "a ServiceAccount without the label for sync pods",
            "account",
            m => Sync(m)["serviceAccountName"] = "default",
            "default",
            "allow-sync-pods"
        );
        yield return Runs(
            "fields of a pod spec outside the allow-list",
            "pod-spec",
            m =>
            {
                Sync(m)["hostNetwork"] = true;
                Sync(m)["volumes"] = new JsonArray();
            }
        );

        // Time.
        yield return Refused(
            "a schedule that never fires",
            "never",
            m => Flow(m)["schedule"] = "0 0 30 2 *",
            "never fires"
        );
        yield return Refused(
            "a schedule with interval zero",
            "zero",
            m => Flow(m)["schedule"] = "@every 0s",
            "schedule"
        );
        yield return Refused(
            "a schedule with a huge interval",
            "eternal",
            m => Flow(m)["schedule"] = "@every 99999999999h",
            "schedule"
        );
        yield return Refused(
            "a zone that is a path",
            "zone",
            m => Flow(m)["timeZone"] = "../../../etc/localtime",
            "timeZone"
        );
        yield return Refused("a huge timeout", "timeout", m => Flow(m)["timeout"] = "99999999999h", "timeout");
        yield return Refused(
            "no time to start",
            "deadline",
            m => Flow(m)["startingDeadline"] = "0s",
            "startingDeadline"
        );
    }

    /// <summary>The longest name of one of our objects.</summary>
    private static string LongName { get; } = string.Concat(Enumerable.Repeat("long-name.", 25)) + "end";

    private const string Texts =
        "🛒 \"quoted\" 'single' \\ back\nline\ttab {\"json\":[1]} <b>&amp;</b> \u202eright to left\u202c";

    private static JsonArray Many(int count, Func<int, JsonNode> item) => [.. Enumerable.Range(0, count).Select(item)];

    private static JsonObject Copy(JsonObject item, Action<JsonObject> change)
    {
        var copy = item.DeepClone().AsObject();
        change(copy);
        return copy;
    }
}
