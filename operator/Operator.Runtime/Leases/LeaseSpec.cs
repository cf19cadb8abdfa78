using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Operator.Runtime;

/// <summary>A Lease as it was read. Unknown fields are written back unchanged.</summary>
internal sealed class LeaseSpec
{
    private const string MicroTime = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";
    private readonly JsonObject _json;

    private LeaseSpec(JsonObject json) => _json = json;

    public string Holder => Text(_json["spec"]?["holderIdentity"]);
    public string ResourceVersion => Text(_json["metadata"]?["resourceVersion"]);

    /// <summary>Zero when the lease has no duration.</summary>
    public TimeSpan Duration => TimeSpan.FromSeconds(Number(_json["spec"]?["leaseDurationSeconds"]));

    /// <summary>A lease that does not exist on the server yet.</summary>
    public static LeaseSpec New(ObjectKey key) =>
        new(
            new JsonObject
            {
                ["apiVersion"] = "coordination.k8s.io/v1",
                ["kind"] = "Lease",
                ["metadata"] = new JsonObject { ["name"] = key.Name, ["namespace"] = key.Namespace },
            }
        );

    public static LeaseSpec Read(KubeObject lease) => new(JsonNode.Parse(lease.Json.GetRawText())?.AsObject() ?? []);

    /// <summary>This lease, taken or renewed by <paramref name="holder"/>.</summary>
    public LeaseSpec HeldBy(string holder, TimeSpan duration, DateTimeOffset now)
    {
        var held = Changed(holder, duration, now);
        if (Holder != holder)
        {
            var spec = held._json["spec"]!; // Changed creates it
            spec["acquireTime"] = Time(now);
            spec["leaseTransitions"] = ResourceVersion.Length == 0 ? 0 : Number(_json["spec"]?["leaseTransitions"]) + 1;
        }
        return held;
    }

    /// <summary>This lease without a holder, so that the next holder need not wait.</summary>
    public LeaseSpec Released(DateTimeOffset now) => Changed("", TimeSpan.FromSeconds(1), now);

    public ReadOnlyMemory<byte> Write() => Encoding.UTF8.GetBytes(_json.ToJsonString());

    private LeaseSpec Changed(string holder, TimeSpan duration, DateTimeOffset now)
    {
        var json = _json.DeepClone().AsObject();
        if (json["spec"] is not JsonObject spec)
        {
            json["spec"] = spec = [];
        }
        spec["holderIdentity"] = holder;
        spec["leaseDurationSeconds"] = (int)duration.TotalSeconds;
        spec["renewTime"] = Time(now);
        return new LeaseSpec(json);
    }

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString(MicroTime, CultureInfo.InvariantCulture);

    private static string Text(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    private static int Number(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<int>(out var number) ? number : 0;
}
