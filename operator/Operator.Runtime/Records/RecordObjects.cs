using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Operator.Runtime;

/// <summary>The ConfigMaps of a record: their names, labels and content.</summary>
internal sealed class RecordObjects(RecordStoreOptions options)
{
    private const string HeadField = "head.json";
    private const string ChecksumField = "sha256";
    private const string PartField = "part";
    private const int MaxReadableName = 180;

    private readonly string _recordLabel = $"{options.Domain}/record";
    private readonly string _roleLabel = $"{options.Domain}/record-role";
    private readonly string _subjectGone = $"{options.Domain}/subject-gone-since";
    private readonly string _partName = $"{options.Domain}/part";
    private readonly string _partCounter = $"{options.Domain}/counter";
    private readonly string _partChecksum = $"{options.Domain}/sha256";

    public sealed record PartDraft(string Object, string Name, long Counter, string Sha256, byte[] Packed);

    public ObjectKey HeadKey(ObjectKey subject)
    {
        var readable =
            subject.Name.Length > MaxReadableName ? subject.Name[..MaxReadableName].TrimEnd('.', '-') : subject.Name;
        return new ObjectKey(subject.Namespace, $"{options.Prefix}-{readable}-{SubjectHash(subject)}");
    }

    public string AllPartsSelector => $"{_recordLabel},{_roleLabel}=part";

    public string AllHeadsSelector => $"{_recordLabel},{_roleLabel}=head";

    /// <summary>The hash of the subject of a head or part; empty for any other object.</summary>
    public string SubjectHashOf(KubeObject item) => item.Label(_recordLabel) ?? "";

    /// <summary>When the head's subject was first found missing; null: it was not found missing.</summary>
    public DateTimeOffset? SubjectGoneSince(KubeObject head) =>
        DateTimeOffset.TryParse(
            head.Annotation(_subjectGone),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var since
        )
            ? since
            : null;

    /// <summary>
    /// The head with only the annotation "subject gone since" changed (null: removed). A commit writes a head without it.
    /// </summary>
    public ReadOnlyMemory<byte> MarkedHead(KubeObject head, DateTimeOffset? subjectGoneSince)
    {
        var json = JsonObject.Create(head.Json)!; // of an object
        var metadata = json["metadata"]!.AsObject(); // every object has metadata
        if (metadata["annotations"] is not JsonObject annotations)
        {
            metadata["annotations"] = annotations = [];
        }
        annotations.Remove(_subjectGone);
        if (subjectGoneSince is { } since)
        {
            annotations[_subjectGone] = since.ToString("O", CultureInfo.InvariantCulture);
        }
        return Encoding.UTF8.GetBytes(json.ToJsonString());
    }

    /// <summary>The head without its content (counter 0); its annotation stays.</summary>
    public static ReadOnlyMemory<byte> EmptiedHead(KubeObject head)
    {
        var json = JsonObject.Create(head.Json)!; // of an object
        json["data"] = new JsonObject(
            Data(new HeadContent()).Select(f => KeyValuePair.Create(f.Key, (JsonNode?)f.Value))
        );
        return Encoding.UTF8.GetBytes(json.ToJsonString());
    }

    public string PartsSelector(string subjectHash) => $"{_recordLabel}={subjectHash},{_roleLabel}=part";

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
            foreach (var (field, text) in Data(content))
            {
                json.WriteString(field, text);
            }
            json.WriteEndObject();
        });

    public ReadOnlyMemory<byte> Part(ObjectKey subject, PartDraft part) =>
        Write(json =>
        {
            WriteMetadata(json, subject, part.Object, "part");
            json.WriteStartObject("annotations");
            json.WriteString(_partName, part.Name);
            json.WriteString(_partCounter, part.Counter.ToString(CultureInfo.InvariantCulture));
            json.WriteString(_partChecksum, part.Sha256);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteBoolean("immutable", value: true);
            json.WriteStartObject("binaryData");
            json.WriteBase64String(PartField, part.Packed);
            json.WriteEndObject();
        });

    private static IEnumerable<KeyValuePair<string, string>> Data(HeadContent content)
    {
        var text = JsonSerializer.Serialize(content, RecordStoreJson.Default.HeadContent);
        yield return KeyValuePair.Create(HeadField, text);
        yield return KeyValuePair.Create(ChecksumField, PartPacking.Sha256(Encoding.UTF8.GetBytes(text)));
    }

    public static HeadContent HeadOf(StoredRecord record) =>
        new()
        {
            Id = record.Id,
            Counter = record.Counter,
            CreatedAt = record.CreatedAt,
            Parts = record.References.ToDictionary(StringComparer.Ordinal),
        };

    /// <summary>Null when the head is not ours, or its content does not match its checksum.</summary>
    public static HeadContent? ReadHead(KubeObject head)
    {
        var text = Text(head, "data", HeadField);
        if (text is null || PartPacking.Sha256(Encoding.UTF8.GetBytes(text)) != Text(head, "data", ChecksumField))
        {
            return null;
        }
        try
        {
            return JsonSerializer.Deserialize(text, RecordStoreJson.Default.HeadContent);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Returns the content; null when the part is damaged.</summary>
    public static ReadOnlyMemory<byte>? ReadPart(KubeObject part, string sha256)
    {
        var base64 = Text(part, "binaryData", PartField);
        var packed = new byte[base64?.Length ?? 0];
        return base64 is not null && Convert.TryFromBase64String(base64, packed, out var length)
            ? PartPacking.Unpack(packed[..length], sha256)
            : null;
    }

    /// <summary>Reads a part by its own annotations, without a head; null when its checksum is wrong.</summary>
    public SurvivingPart? ReadSurvivor(KubeObject part) =>
        part.Annotation(_partName) is { } name
        && long.TryParse(
            part.Annotation(_partCounter),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var counter
        )
        && ReadPart(part, part.Annotation(_partChecksum) ?? "") is { } content
            ? new SurvivingPart(name, counter, part.CreationTimestamp ?? DateTimeOffset.UnixEpoch, content)
            : null;

    public static string SubjectHash(ObjectKey subject) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(subject.ToString())))[..16];

    private static string? Text(KubeObject configMap, string section, string field) =>
        configMap.Json.TryGetProperty(section, out var fields)
        && fields.ValueKind == JsonValueKind.Object
        && fields.TryGetProperty(field, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> content) =>
        JsonParts.Write(json =>
        {
            json.WriteString("apiVersion", "v1");
            json.WriteString("kind", "ConfigMap");
            content(json);
        });

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
}
