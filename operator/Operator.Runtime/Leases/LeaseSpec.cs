using System.Globalization;
using System.Text.Json;

namespace Operator.Runtime;

/// <summary>The content of a Lease. Equal by value: a change of any field means that its holder is alive.</summary>
internal sealed record LeaseSpec
{
    private const string MicroTime = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    public string Holder { get; init; } = "";
    public TimeSpan Duration { get; init; }
    public DateTimeOffset? AcquiredAt { get; init; }
    public DateTimeOffset? RenewedAt { get; init; }
    public int Transitions { get; init; }
    public string ResourceVersion { get; init; } = "";

    public static LeaseSpec Read(KubeObject lease)
    {
        var spec = lease.Json.TryGetProperty("spec", out var value) ? value : default;
        return new LeaseSpec
        {
            Holder = Text(spec, "holderIdentity"),
            Duration = TimeSpan.FromSeconds(Number(spec, "leaseDurationSeconds")),
            AcquiredAt = Time(spec, "acquireTime"),
            RenewedAt = Time(spec, "renewTime"),
            Transitions = Number(spec, "leaseTransitions"),
            ResourceVersion = lease.ResourceVersion,
        };
    }

    public ReadOnlyMemory<byte> Write(ObjectKey key)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("apiVersion", "coordination.k8s.io/v1");
            json.WriteString("kind", "Lease");
            json.WriteStartObject("metadata");
            json.WriteString("name", key.Name);
            json.WriteString("namespace", key.Namespace);
            if (ResourceVersion.Length > 0)
            {
                json.WriteString("resourceVersion", ResourceVersion);
            }
            json.WriteEndObject();
            json.WriteStartObject("spec");
            json.WriteString("holderIdentity", Holder);
            json.WriteNumber("leaseDurationSeconds", (int)Duration.TotalSeconds);
            WriteTime(json, "acquireTime", AcquiredAt);
            WriteTime(json, "renewTime", RenewedAt);
            json.WriteNumber("leaseTransitions", Transitions);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? at)
    {
        if (at is { } value)
        {
            json.WriteString(name, value.UtcDateTime.ToString(MicroTime, CultureInfo.InvariantCulture));
        }
    }

    private static string Text(JsonElement spec, string name) =>
        spec.ValueKind == JsonValueKind.Object && spec.TryGetProperty(name, out var value)
            ? value.GetString() ?? ""
            : "";

    private static int Number(JsonElement spec, string name) =>
        spec.ValueKind == JsonValueKind.Object
        && spec.TryGetProperty(name, out var value)
        && value.TryGetInt32(out var number)
            ? number
            : 0;

    private static DateTimeOffset? Time(JsonElement spec, string name) =>
        DateTimeOffset.TryParse(
            Text(spec, name),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var at
        )
            ? at
            : null;
}
