using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Operator.Testing;

namespace Operator.Api.Tests;

public sealed class ConnectorRulesTests
{
    [Fact]
    public void Connector_with_every_field_set_is_fine()
    {
        Assert.Empty(Check(_ => { }));
    }

    [Fact]
    public void Connector_with_required_fields_only_is_fine()
    {
        Assert.Empty(
            Check(spec =>
            {
                string[] needed = ["marketplace", "sync", "stores", "flows"];
                foreach (var field in spec.Select(f => f.Key).Except(needed, StringComparer.Ordinal).ToList())
                {
                    spec.Remove(field);
                }
            })
        );
    }

    [Theory]
    [InlineData("marketplace", "\"Etsy\"", "marketplace", "the marketplace is missing or unknown; use Amazon, Shopee")]
    [InlineData("environment", "\"Prod\"", "environment", "use Production, Staging or Development")]
    [InlineData("updatePolicy", "\"Now\"", "updatePolicy", "use Rollout or Immediate")]
    [InlineData("sync.image", "\"\"", "sync.image", "the image is missing")]
    [InlineData("sync.image", "\"acme/sync 1\"", "sync.image", "'acme/sync 1' is no image reference")]
    [InlineData("sync.image", "\"Acme/sync:1\"", "sync.image", "the repository in lower case")]
    [InlineData("sync.image", "\"acme/sync:1\\n\"", "sync.image", "is no image reference")]
    [InlineData("sync.image", "\"acme//sync\"", "sync.image", "is no image reference")]
    [InlineData("sync.image", "\"acme/sync@sha256:12\"", "sync.image", "is no image reference")]
    [InlineData("sync.imagePullPolicy", "\"Sometimes\"", "sync.imagePullPolicy", "use Always, IfNotPresent or Never")]
    [InlineData(
        "sync.imagePullSecrets[0].name",
        "\"a/b\"",
        "sync.imagePullSecrets[0].name",
        "'a/b' is no name of a Secret"
    )]
    [InlineData(
        "sync.priorityClassName",
        "\"system-cluster-critical\"",
        "sync.priorityClassName",
        "'system-cluster-critical' is for the cluster's own components"
    )]
    [InlineData("sync.env[0].name", "\"1A\"", "sync.env[0].name", "'1A' is no name of an environment variable")]
    [InlineData(
        "sync.env[0].name",
        "\"SYNC_FLOW\"",
        "sync.env[0].name",
        "begins with SYNC_, which is the operator's own"
    )]
    [InlineData("sync.env[1].name", "\"LOG_LEVEL\"", "sync.env[1].name", "is the name of spec.sync.env[0] too")]
    [InlineData(
        "sync.env[1].value",
        "\"x\"",
        "sync.env[1].valueFrom",
        "value and valueFrom exclude each other; keep one"
    )]
    [InlineData(
        "sync.env[1].valueFrom",
        "{}",
        "sync.env[1].valueFrom",
        "set exactly one of secretKeyRef and configMapKeyRef"
    )]
    [InlineData("sync.env[0]", "{\"name\":\"A\"}", "sync.env[0].value", "the variable has no value")]
    [InlineData(
        "sync.env[1].valueFrom.secretKeyRef.name",
        "\"a..b\"",
        "sync.env[1].valueFrom.secretKeyRef.name",
        "is no name of a Secret"
    )]
    [InlineData(
        "sync.env[1].valueFrom.secretKeyRef.key",
        "\"a/b\"",
        "sync.env[1].valueFrom.secretKeyRef.key",
        "is no key of a Secret"
    )]
    [InlineData(
        "sync.env[2].valueFrom.configMapKeyRef.key",
        "\"..x\"",
        "sync.env[2].valueFrom.configMapKeyRef.key",
        "is no key of a ConfigMap"
    )]
    [InlineData(
        "sync.env[2].valueFrom.configMapKeyRef.name",
        "\"\"",
        "sync.env[2].valueFrom.configMapKeyRef.name",
        "the name of the ConfigMap is missing"
    )]
    [InlineData("sync.resources.requests.cpu", "\"a lot\"", "sync.resources.requests", "cpu: 'a lot' is no quantity")]
    [InlineData("sync.resources.limits.memory", "\"256m\"", "sync.resources.limits", "memory: '256m' is no quantity")]
    [InlineData("sync.resources.requests.cpu", "2", "sync.resources.requests", "cpu: 2 is above the limit of 1")]
    [InlineData("sync.resources.limits", "{\"c p u\":1}", "sync.resources.limits", "'c p u' is no name of a resource")]
    [InlineData("sync.runAsUser", "0", "sync.runAsUser", "user 0 is not allowed; use 1 to 2147483647, never 0 (root)")]
    [InlineData("sync.runAsUser", "2147483648", "sync.runAsUser", "user 2147483648 is not allowed")]
    [InlineData("sync.scratch", "\"64m\"", "sync.scratch", "'64m' is no size of at least 1Mi; write for example 64Mi")]
    [InlineData("sync.scratch", "\"0\"", "sync.scratch", "'0' is no size of at least 1Mi")]
    [InlineData("sync.fsGroup", "0", "sync.fsGroup", "group 0 is not allowed; use 1 to 2147483647")]
    [InlineData("sync.terminationGracePeriod", "\"11m\"", "sync.terminationGracePeriod", "use 1s to 10m")]
    [InlineData("sync.caBundle", "{}", "sync.caBundle", "the CA bundle has no source; set configMapKeyRef")]
    [InlineData(
        "sync.caBundle.configMapKeyRef.key",
        "\"a/b\"",
        "sync.caBundle.configMapKeyRef.key",
        "'a/b' is no key of a ConfigMap"
    )]
    [InlineData("sync.serviceAccountName", "\"A\"", "sync.serviceAccountName", "'A' is no name of a ServiceAccount")]
    [InlineData("sync.nodeSelector", "{\"a b\":\"x\"}", "sync.nodeSelector", "'a b' is no key")]
    [InlineData("sync.nodeSelector", "{\"a\":\"x y\"}", "sync.nodeSelector", "a: 'x y' is no value of a label")]
    [InlineData("sync.tolerations[0]", "{}", "sync.tolerations[0].key", "say so with operator: Exists")]
    [InlineData(
        "sync.tolerations[0].operator",
        "\"Exists\"",
        "sync.tolerations[0].value",
        "there is no value to compare"
    )]
    [InlineData(
        "sync.tolerations[0].effect",
        "\"NoSchedule\"",
        "sync.tolerations[0].tolerationSeconds",
        "is for the effect NoExecute only"
    )]
    [InlineData("sync.priorityClassName", "\"a b\"", "sync.priorityClassName", "is no name of a PriorityClass")]
    [InlineData(
        "sync.podLabels",
        "{\"marketplace-operator.io/flow\":\"x\"}",
        "sync.podLabels",
        "'marketplace-operator.io/flow' belongs to the operator"
    )]
    [InlineData(
        "sync.podLabels",
        "{\"app.kubernetes.io/instance\":\"x\"}",
        "sync.podLabels",
        "'app.kubernetes.io/instance' belongs to the operator"
    )]
    [InlineData(
        "sync.podAnnotations",
        "{\"argocd.argoproj.io/tracking-id\":\"x\"}",
        "sync.podAnnotations",
        "belongs to Argo CD"
    )]
    [InlineData(
        "sync.podAnnotations",
        "{\"kustomize.toolkit.fluxcd.io/name\":\"x\"}",
        "sync.podAnnotations",
        "belongs to Flux"
    )]
    [InlineData(
        "sync.podAnnotations",
        "{\"kubectl.kubernetes.io/last-applied-configuration\":\"x\"}",
        "sync.podAnnotations",
        "belongs to kubectl"
    )]
    [InlineData(
        "sync.podAnnotations",
        "{\"container.apparmor.security.beta.kubernetes.io/sync\":\"unconfined\"}",
        "sync.podAnnotations",
        "belongs to the pods' security"
    )]
    [InlineData("credentials", "{}", "credentials.secretRef", "the credentials name no Secret")]
    [InlineData("credentials.secretRef.name", "\"App\"", "credentials.secretRef.name", "'App' is no name of a Secret")]
    [InlineData("stores[0].name", "\"Acme\"", "stores[0].name", "'Acme' is no store name")]
    [InlineData("stores[0].name", "\"acme.eu\"", "stores[0].name", "'acme.eu' is no store name")]
    [InlineData("stores[0].sites[0]", "\"de de\"", "stores[0].sites[0]", "'de de' is no id of a site")]
    [InlineData("stores[0].credentials", "{}", "stores[0].credentials.secretRef", "the credentials name no Secret")]
    [InlineData(
        "stores[0].credentials.secretRef.name",
        "\"../app\"",
        "stores[0].credentials.secretRef.name",
        "'../app' is no name of a Secret"
    )]
    [InlineData(
        "stores[0].credentials.secretRef.keyPrefix",
        "\"acme/\"",
        "stores[0].credentials.secretRef.keyPrefix",
        "'acme/' is no beginning of keys"
    )]
    [InlineData(
        "stores[0].credentials.secretRef.keys",
        "[\"..\"]",
        "stores[0].credentials.secretRef.keys[0]",
        "'..' is no key of a Secret"
    )]
    [InlineData(
        "stores[0].credentials.secretRef",
        "{\"name\":\"a\",\"keys\":[\"token\"]}",
        "stores[0].credentials.secretRef.keys",
        "keys belong to a keyPrefix; set it"
    )]
    [InlineData("stores[0].parameters", "{\"a b\":\"x\"}", "stores[0].parameters", "'a b' is no name of a parameter")]
    [InlineData("stores[0].labels", "{\"a b\":\"x\"}", "stores[0].labels", "'a b' is no name of a label")]
    [InlineData("stores[0].labels", "{\"region\":\"e u\"}", "stores[0].labels", "'e u' is no value of a label")]
    [InlineData("storesFrom[0]", "{}", "storesFrom[0].configMapKeyRef", "the source names no ConfigMap")]
    [InlineData(
        "storesFrom[0].configMapKeyRef.key",
        "\"..\"",
        "storesFrom[0].configMapKeyRef.key",
        "'..' is no key of a ConfigMap"
    )]
    [InlineData("flows", "[]", "flows", "there are no flows; list at least 1")]
    [InlineData("flows[0].name", "\"Orders\"", "flows[0].name", "'Orders' is no flow name")]
    [InlineData("flows[0].schedule", "\"\"", "flows[0].schedule", "the schedule is missing")]
    [InlineData(
        "flows[0].schedule",
        "\"never\"",
        "flows[0].schedule",
        "the planner says no to 'never' in Europe/Berlin"
    )]
    [InlineData("flows[0].timeZone", "\"Mars Base\"", "flows[0].timeZone", "'Mars Base' is no time zone")]
    [InlineData(
        "flows[0].startingDeadline",
        "\"500ms\"",
        "flows[0].startingDeadline",
        "'500ms' is out of range; use 1s to 24h"
    )]
    [InlineData("flows[0].startTimeout", "\"4s\"", "flows[0].startTimeout", "use 5s to 1h")]
    [InlineData("flows[0].startTimeout", "\"61m\"", "flows[0].startTimeout", "use 5s to 1h")]
    [InlineData(
        "flows[0].timeout",
        "\"ten minutes\"",
        "flows[0].timeout",
        "'ten minutes' is no duration; write for example 90s"
    )]
    [InlineData("flows[0].timeout", "\"24h1s\"", "flows[0].timeout", "use 1s to 24h")]
    [InlineData("flows[0].timeout", "600", "flows[0].timeout", "'600' is no duration")]
    [InlineData("flows[0].maxStoresPerRun", "51", "flows[0].maxStoresPerRun", "51 is out of range; use 1 to 50")]
    [InlineData("flows[0].maxStoresPerRun", "0", "flows[0].maxStoresPerRun", "0 is out of range")]
    [InlineData(
        "flows[0].maxConcurrentRuns",
        "1001",
        "flows[0].maxConcurrentRuns",
        "1001 is out of range; use 1 to 1000"
    )]
    [InlineData("flows[0].parameters", "{\"\":\"x\"}", "flows[0].parameters", "'' is no name of a parameter")]
    [InlineData("flows[0].uses[0].api", "\"a b\"", "flows[0].uses[0].api", "'a b' is no name of an API")]
    [InlineData("flows[0].uses[0].callsPerStore", "0", "flows[0].uses[0].callsPerStore", "use 1 to 10000")]
    [InlineData(
        "flows[0].uses",
        "[{\"api\":\"a\"},{\"api\":\"a\"}]",
        "flows[0].uses[1].api",
        "'a' is the api of uses[0] too; give each its own api"
    )]
    [InlineData("quotas[0].rate", "\"0/1s\"", "quotas[0].rate", "'0/1s' is no rate; write for example 1/180s")]
    [InlineData("quotas[0].rate", "\"5\"", "quotas[0].rate", "'5' is no rate")]
    [InlineData("quotas[0].rate", "\"1/0s\"", "quotas[0].rate", "'1/0s' is no rate")]
    [InlineData("quotas[0]", "{\"api\":\"a\"}", "quotas[0].rate", "the quota limits nothing; set rate, perDay or both")]
    [InlineData(
        "quotas[0]",
        "{\"api\":\"a\",\"perDay\":5,\"burst\":1}",
        "quotas[0].burst",
        "a burst belongs to a rate; set it or remove the burst"
    )]
    [InlineData("quotas[0].perDay", "0", "quotas[0].perDay", "use 1 to 1000000000")]
    [InlineData("quotas[0].scope", "\"Seller\"", "quotas[0].scope", "use Store or Application")]
    [InlineData("history.slots", "11", "history.slots", "11 is out of range; use 0 to 10")]
    [InlineData("history.failedRuns", "-1", "history.failedRuns", "-1 is out of range; use 0 to 20")]
    public void Bad_value_is_found_where_it_is_with_what_to_do(string field, string json, string path, string message)
    {
        var findings = Check(spec => JsonPaths.Set(spec, field, JsonNode.Parse(json)));

        Assert.Contains(
            findings,
            f => f.Path == $"spec.{path}" && f.Message.Contains(message, StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("marketplace", "\"Custom\"")]
    [InlineData("environment", "\"Staging\"")]
    [InlineData("updatePolicy", "\"Immediate\"")]
    [InlineData("sync.image", "\"sync\"")]
    [InlineData("sync.image", "\"acme/sync\"")]
    [InlineData("sync.image", "\"localhost/sync:V1.2_x\"")]
    [InlineData("sync.image", "\"localhost:5000/a__b/c-d/sync\"")]
    [InlineData("sync.image", "\"Registry.example.com/sync:1\"")]
    [InlineData("sync.image", "\"[::1]:5000/sync:1\"")]
    [InlineData("sync.image", "\"a.b/sync:1@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"")]
    [InlineData("sync.imagePullPolicy", "\"Never\"")]
    [InlineData("sync.env[0].name", "\"my.var-1_x\"")]
    [InlineData("sync.env[0].name", "\"SYNCED_AT\"")]
    [InlineData("sync.resources.requests.cpu", "1")]
    [InlineData("sync.resources.limits", "{\"example.com/gpu\":1,\"ephemeral-storage\":\"1.5Gi\"}")]
    [InlineData("sync.runAsUser", "1")]
    [InlineData("sync.runAsUser", "2147483647")]
    [InlineData("sync.scratch", "\"1Mi\"")]
    [InlineData("sync.fsGroup", "1")]
    [InlineData("sync.terminationGracePeriod", "\"1s\"")]
    [InlineData("sync.tolerations[0]", "{\"operator\":\"Exists\"}")]
    [InlineData("sync.tolerations[0]", "{\"key\":\"a\",\"effect\":\"NoSchedule\"}")]
    [InlineData("sync.podLabels", "{\"app.kubernetes.io/part-of\":\"shop\",\"empty\":\"\"}")]
    [InlineData("sync.podAnnotations", "{\"my-fluxcd.io/x\":\"any {text}\"}")]
    [InlineData("credentials.secretRef.name", "\"app.v2\"")]
    [InlineData("stores[0].name", "\"0\"")]
    [InlineData("stores[0].sites", "[]")]
    [InlineData("stores[0].parameters", "{}")]
    [InlineData("flows[0].schedule", "\"@every 1m\"")]
    [InlineData("flows[0].timeZone", "\"Etc/GMT+5\"")]
    [InlineData("flows[0].startingDeadline", "\"1s\"")]
    [InlineData("flows[0].startTimeout", "\"1h\"")]
    [InlineData("flows[0].timeout", "\"24h\"")]
    [InlineData("flows[0].maxStoresPerRun", "50")]
    [InlineData("flows[0].maxConcurrentRuns", "1000")]
    [InlineData("quotas[0]", "{\"api\":\"a\",\"rate\":\"100/1h30m\",\"scope\":\"Application\"}")]
    [InlineData("quotas[0]", "{\"api\":\"a\",\"perDay\":1}")]
    [InlineData("flows[0].uses[0].callsPerStore", "10000")]
    [InlineData("history.slots", "0")]
    [InlineData("history.failedRuns", "20")]
    public void Good_value_is_let_through(string field, string json)
    {
        Assert.Empty(Check(spec => JsonPaths.Set(spec, field, JsonNode.Parse(json))));
    }

    [Fact]
    public void A_key_prefix_of_a_custom_marketplace_needs_keys()
    {
        var findings = Check(spec =>
        {
            spec["marketplace"] = "Custom";
            JsonPaths.Remove(spec, "stores[0].credentials.secretRef.keys");
        });

        var finding = Assert.Single(findings);
        Assert.Equal("spec.stores[0].credentials.secretRef.keys", finding.Path);
        Assert.Contains("a keyPrefix needs keys", finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stores", true)]
    [InlineData("storesFrom", true)]
    [InlineData("stores", false)]
    public void Stores_are_listed_here_or_elsewhere(string kept, bool isFine)
    {
        var findings = Check(spec =>
        {
            spec.Remove(kept is "stores" ? "storesFrom" : "stores");
            if (!isFine)
            {
                spec["stores"] = new JsonArray();
            }
        });

        Assert.Equal(isFine, findings.IsEmpty);
        Assert.All(
            findings,
            f => Assert.Contains("there are no stores; list at least 1", f.ToString(), StringComparison.Ordinal)
        );
    }

    [Fact]
    public void One_list_of_stores_twice_is_refused()
    {
        var findings = Check(spec =>
            spec["storesFrom"] = new JsonArray([
                spec["storesFrom"]![0]!.DeepClone(),
                spec["storesFrom"]![0]!.DeepClone(),
            ])
        );

        Assert.Equal("spec.storesFrom[1]", Assert.Single(findings).Path);
    }

    [Theory]
    [InlineData("stores", 250)]
    [InlineData("flows", 20)]
    public void Twins_are_found_at_the_second_and_name_the_first(string list, int most)
    {
        var findings = Check(spec =>
        {
            Repeat(spec, list, most);
            spec[list]![most - 1]!["name"] = spec[list]![3]!["name"]!.GetValue<string>();
        });

        var finding = Assert.Single(findings);
        Assert.Equal($"spec.{list}[{most - 1}].name", finding.Path);
        Assert.Contains(
            $"is the name of spec.{list}[3] too; give each its own name",
            finding.Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("stores", 250)]
    [InlineData("flows", 20)]
    public void List_may_be_full_but_not_fuller(string list, int most)
    {
        Assert.Empty(Check(spec => Repeat(spec, list, most)));

        var finding = Assert.Single(Check(spec => Repeat(spec, list, most + 1)));
        Assert.Equal($"spec.{list}: there are {most + 1} {list}; list at most {most}", finding.ToString());
    }

    [Theory]
    [InlineData("stores", 1024)]
    [InlineData("flows", 4096)]
    public void Parameters_are_measured_as_the_json_that_the_worker_gets(string list, int most)
    {
        const int punctuation = 6;
        const int quoteAsJson = 6;
        var fits = new string('x', most - punctuation - 1 - quoteAsJson) + "\"";

        Assert.Empty(Check(spec => spec[list]![0]!["parameters"] = new JsonObject { ["a"] = fits }));
        var finding = Assert.Single(
            Check(spec => spec[list]![0]!["parameters"] = new JsonObject { ["a"] = fits + "x" })
        );
        Assert.Equal($"spec.{list}[0].parameters", finding.Path);
        Assert.Contains(
            $"take {most + 1} bytes as JSON; use at most {most}",
            finding.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Long_text_is_cut_in_messages()
    {
        var findings = Check(spec => spec["sync"]!["image"] = new string(' ', 5000));

        Assert.InRange(Assert.Single(findings).Message.Length, 1, 300);
    }

    [Fact]
    public void Braces_in_a_users_text_stay_as_they_are()
    {
        var findings = Check(spec => spec["stores"]![0]!["name"] = "{x} {0}");

        Assert.Contains("'{x} {0}' is no store name", Assert.Single(findings).Message, StringComparison.Ordinal);
    }

    private static ImmutableArray<Finding> Check(Action<JsonObject> change) =>
        new ConnectorRules(new ConnectorRuleOptions { ScheduleProblem = Refuse }).Check(A.FullConnector(change));

    private static string? Refuse(string schedule, string timeZone) =>
        schedule is "never" ? $"the planner says no to '{schedule}' in {timeZone}" : null;

    private static void Repeat(JsonObject spec, string list, int count)
    {
        var first = spec[list]![0]!;
        spec[list] = new JsonArray([
            .. Enumerable
                .Range(0, count)
                .Select(i =>
                {
                    var item = first.DeepClone();
                    item["name"] = $"n{i}";
                    if (item["credentials"] is { } credentials)
                    {
                        credentials["secretRef"]!["keyPrefix"] = $"n{i}."; // the full object has one
                    }
                    return item;
                }),
        ]);
    }
}
