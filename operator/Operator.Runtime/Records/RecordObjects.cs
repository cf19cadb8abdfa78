using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Operator.Runtime;

/// <summary>The ConfigMaps of a record: their names, labels and content.</summary>
internal sealed class RecordObjects(RecordStoreOptions options)
{
    private const string HeadField = "head.json";
    private const string PartField = "part";
    private const int MaxReadableName = 180;

    private readonly string _recordLabel = $"{options.Domain}/record";
    private readonly string _roleLabel = $"{options.Domain}/record-role";

    public sealed record PartDraft(string Object, string Name, long Counter, string Sha256, byte[] Packed);

    public ObjectKey HeadKey(ObjectKey subject)
    {
        var readable =
            subject.Name.Length > MaxReadableName ? subject.Name[..MaxReadableName].TrimEnd('.', '-') : subject.Name;
        return new ObjectKey(subject.Namespace, $"{options.Prefix}-{readable}-{SubjectHash(subject)}");
    }

    public string PartsSelector(ObjectKey subject) => $"{_recordLabel}={SubjectHash(subject)},{_roleLabel}=part";

    public ReadOnlyMemory<byte> Head(ObjectKey subject, HeadContent content, LostHead? replaced) =>
        Write(json =>
        {
            WriteMetadata(json, subject, HeadKey(subject).Name, "head");
            if (replaced is not null)
            {
                json.WriteString("uid", replaced.Uid);
                json.WriteString("resourceVersion", replaced.ResourceVersion);
            }
            json.WriteEndObject();
            json.WriteStartObject("data");
            json.WriteString(HeadField, JsonSerializer.Serialize(content, RecordStoreJson.Default.HeadContent));
            json.WriteEndObject();
        });

    public ReadOnlyMemory<byte> Part(ObjectKey subject, PartDraft part) =>
        Write(json =>
        {
            WriteMetadata(json, subject, part.Object, "part");
            json.WriteStartObject("annotations");
            json.WriteString($"{options.Domain}/part", part.Name);
            json.WriteString($"{options.Domain}/counter", part.Counter.ToString(CultureInfo.InvariantCulture));
            json.WriteString($"{options.Domain}/sha256", part.Sha256);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteBoolean("immutable", value: true);
            json.WriteStartObject("binaryData");
            json.WriteBase64String(PartField, part.Packed);
            json.WriteEndObject();
        });

    /// <summary>Null for a head that is none of ours.</summary>
    public static HeadContent? ReadHead(KubeObject head)
    {
        try
        {
            return head.Json.TryGetProperty("data", out var data) && data.TryGetProperty(HeadField, out var field)
                ? JsonSerializer.Deserialize(field.GetString() ?? "", RecordStoreJson.Default.HeadContent)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static ReadOnlyMemory<byte>? ReadPart(KubeObject part, string sha256) =>
        part.Json.TryGetProperty("binaryData", out var data)
        && data.TryGetProperty(PartField, out var field)
        && field.TryGetBytesFromBase64(out var packed)
            ? PartPacking.Unpack(packed, sha256)
            : null;

    /// <summary>A part by its own word: null when its checksum does not hold.</summary>
    public static SurvivingPart? ReadSurvivor(KubeObject part)
    {
        var annotations = part.Json.GetProperty("metadata").TryGetProperty("annotations", out var value)
            ? value
            : default;
        string? Annotation(string suffix) =>
            annotations.ValueKind == JsonValueKind.Object
                ? annotations
                    .EnumerateObject()
                    .FirstOrDefault(a => a.Name.EndsWith(suffix, StringComparison.Ordinal))
                    .Value
                    is { ValueKind: JsonValueKind.String } found
                    ? found.GetString()
                    : null
                : null;
        return
            Annotation("/part") is { } name
            && long.TryParse(Annotation("/counter"), NumberStyles.None, CultureInfo.InvariantCulture, out var counter)
            && ReadPart(part, Annotation("/sha256") ?? "") is { } content
            ? new SurvivingPart(name, counter, part.CreationTimestamp ?? DateTimeOffset.UnixEpoch, content)
            : null;
    }

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> content)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("apiVersion", "v1");
            json.WriteString("kind", "ConfigMap");
            content(json);
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    /// <summary>Leaves the metadata object open.</summary>
    private void WriteMetadata(Utf8JsonWriter json, ObjectKey subject, string name, string role)
    {
        json.WriteStartObject("metadata");
        json.WriteString("namespace", subject.Namespace);
        json.WriteString("name", name);
        json.WriteStartObject("labels");
        json.WriteString(_recordLabel, SubjectHash(subject));
        json.WriteString(_roleLabel, role);
        json.WriteEndObject();
    }

    private static string SubjectHash(ObjectKey subject) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(subject.ToString())))[..16];
}
