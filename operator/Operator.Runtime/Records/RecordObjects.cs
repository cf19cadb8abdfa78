using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Operator.Runtime;

/// <summary>The objects of a record: their names, labels and content.</summary>
internal sealed class RecordObjects(RecordStoreOptions options)
{
    private const string HeadRole = "head";
    private const string DataField = "data";
    private const string NameField = "name";
    private const string CounterField = "counter";
    private const string HeadField = "head";
    private const string ChecksumField = "sha256";
    private const string ContentField = "content";
    private const int MaxReadableName = 180;

    private readonly string _recordLabel = $"{options.Domain}/record";
    private readonly string _roleLabel = $"{options.Domain}/record-role";
    private readonly string _subjectGone = $"{options.Domain}/subject-gone-since";

    public sealed record PartDraft(string Object, string Name, long Counter, string Sha256, byte[] Packed);

    public ResourceType Type => options.Type;
    public string Kind => options.Kind;

    public ObjectKey HeadKey(ObjectKey subject)
    {
        var readable =
            subject.Name.Length > MaxReadableName ? subject.Name[..MaxReadableName].TrimEnd('.', '-') : subject.Name;
        return new ObjectKey(subject.Namespace, $"{options.Prefix}-{readable}-{SubjectHash(subject)}");
    }

    /// <summary>The subject of a head; null: the object has another name than the head of its subject.</summary>
    public ObjectKey? SubjectOf(KubeObject head) =>
        Text(head, options.SubjectField) is { } name
        && new ObjectKey(head.Namespace, name) is var subject
        && HeadKey(subject) == head.Key
            ? subject
            : null;

    /// <summary>
    /// Whether the object under the head's name is the subject's head: it has our labels, whatever its content, or the content of this
    /// subject, whatever its labels. A head that only lost its labels, or only its content, is still ours.
    /// </summary>
    public bool IsHeadOf(KubeObject head, ObjectKey subject) =>
        (head.Label(_recordLabel) == SubjectHash(subject) && head.Label(_roleLabel) == HeadRole)
        || (SubjectOf(head) == subject && ReadHead(head) is not null);

    public string AllPartsSelector => $"{_recordLabel},{_roleLabel}=part";

    public string AllHeadsSelector => $"{_recordLabel},{_roleLabel}={HeadRole}";

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

    /// <summary>The head without its content (counter 0); its annotation and its subject's name stay.</summary>
    public static ReadOnlyMemory<byte> EmptiedHead(KubeObject head)
    {
        var json = JsonObject.Create(head.Json)!; // of an object
        if (json[DataField] is not JsonObject data)
        {
            json[DataField] = data = [];
        }
        var text = TextOf(new HeadContent());
        data[CounterField] = 0;
        data[HeadField] = text;
        data[ChecksumField] = ChecksumOf(text);
        return Encoding.UTF8.GetBytes(json.ToJsonString());
    }

    public string PartsSelector(string subjectHash) => $"{_recordLabel}={subjectHash},{_roleLabel}=part";

    public ReadOnlyMemory<byte> Head(ObjectKey subject, HeadContent content, LostHead? replaced) =>
        JsonParts.Write(json =>
        {
            WriteStart(json, subject, HeadKey(subject).Name, HeadRole);
            if (replaced is not null)
            {
                json.WriteString("uid", replaced.Uid);
                json.WriteString("resourceVersion", replaced.ResourceVersion);
            }
            json.WriteEndObject();
            json.WriteStartObject(DataField);
            json.WriteString(options.SubjectField, subject.Name);
            json.WriteNumber(CounterField, content.Counter);
            var text = TextOf(content);
            json.WriteString(HeadField, text);
            json.WriteString(ChecksumField, ChecksumOf(text));
            json.WriteEndObject();
        });

    public ReadOnlyMemory<byte> Part(ObjectKey subject, PartDraft part) =>
        JsonParts.Write(json =>
        {
            WriteStart(json, subject, part.Object, "part");
            json.WriteEndObject();
            json.WriteStartObject(DataField);
            json.WriteString(options.SubjectField, subject.Name);
            json.WriteString(NameField, part.Name);
            json.WriteNumber(CounterField, part.Counter);
            json.WriteString(ChecksumField, part.Sha256);
            json.WriteBase64String(ContentField, part.Packed);
            json.WriteEndObject();
        });

    public static HeadContent HeadOf(StoredRecord record) =>
        new()
        {
            Id = record.Id,
            Counter = record.Counter,
            CreatedAt = record.CreatedAt,
            Parts = record.References.ToDictionary(StringComparer.Ordinal),
            Claim = record.Claim,
        };

    /// <summary>Null when the head is not ours, or its content does not match its checksum.</summary>
    public static HeadContent? ReadHead(KubeObject head)
    {
        var text = Text(head, HeadField);
        if (text is null || ChecksumOf(text) != Text(head, ChecksumField))
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
        var base64 = Text(part, ContentField);
        var packed = new byte[base64?.Length ?? 0];
        return base64 is not null && Convert.TryFromBase64String(base64, packed, out var length)
            ? PartPacking.Unpack(packed[..length], sha256)
            : null;
    }

    /// <summary>Reads a part by its own fields, without a head; null when its checksum is wrong.</summary>
    public static SurvivingPart? ReadSurvivor(KubeObject part) =>
        Text(part, NameField) is { } name
        && Field(part, CounterField) is { ValueKind: JsonValueKind.Number } number
        && number.TryGetInt64(out var counter)
        && ReadPart(part, Text(part, ChecksumField) ?? "") is { } content
            ? new SurvivingPart(name, counter, part.CreationTimestamp ?? DateTimeOffset.UnixEpoch, content)
            : null;

    public static string SubjectHash(ObjectKey subject) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(subject.ToString())))[..16];

    private static string TextOf(HeadContent content) =>
        JsonSerializer.Serialize(content, RecordStoreJson.Default.HeadContent);

    private static string ChecksumOf(string text) => PartPacking.Sha256(Encoding.UTF8.GetBytes(text));

    private static string? Text(KubeObject item, string field) =>
        Field(item, field) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static JsonElement? Field(KubeObject item, string field) =>
        item.Json.TryGetProperty(DataField, out var fields)
        && fields.ValueKind == JsonValueKind.Object
        && fields.TryGetProperty(field, out var value)
            ? value
            : null;

    /// <summary>Leaves the metadata object open.</summary>
    private void WriteStart(Utf8JsonWriter json, ObjectKey subject, string name, string role)
    {
        json.WriteString("apiVersion", $"{options.Type.Group}/{options.Type.Version}");
        json.WriteString("kind", options.Kind);
        json.WriteStartObject("metadata");
        json.WriteString("namespace", subject.Namespace);
        json.WriteString("name", name);
        json.WriteStartObject("labels");
        json.WriteString(_recordLabel, SubjectHash(subject));
        json.WriteString(_roleLabel, role);
        json.WriteEndObject();
    }
}
