using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Operator.Testing;

/// <summary>Reads the object of a write. Makes the checks that the real server makes before it reads the stored object.</summary>
internal static partial class RequestBody
{
    private const int MaxName = 253;
    private const string MergePatch = "application/merge-patch+json";

    /// <summary>Returns the object, with missing metadata filled in from the path.</summary>
    public static JsonObject Parse(ResourceKind kind, ReadOnlyMemory<byte> body, string ns, string? name)
    {
        var item = ParseObject(body);
        Expect(item.Text("kind"), kind.Kind, "Kind");
        Expect(item.Text("apiVersion"), kind.ApiVersion, "apiVersion");
        item["kind"] = kind.Kind;
        item["apiVersion"] = kind.ApiVersion;
        var metadata = item.Section("metadata");
        if (metadata.Text("namespace") is { Length: > 0 } told && told != ns)
        {
            throw ApiFailure.BadRequest(
                "the namespace of the provided object does not match the namespace sent on the request"
            );
        }
        if (name is not null)
        {
            CheckSameName(metadata, name);
        }
        if (kind.IsNamespaced)
        {
            metadata["namespace"] = ns;
        }
        return item;
    }

    public static void CheckName(ResourceKind kind, string name)
    {
        if (name.Length == 0)
        {
            throw ApiFailure.Invalid(kind, "", "metadata.name: Required value: name or generateName is required");
        }
        if (name.Length > MaxName || !Subdomain().IsMatch(name))
        {
            throw ApiFailure.Invalid(
                kind,
                name,
                $"metadata.name: Invalid value: \"{name}\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character"
            );
        }
    }

    public static JsonObject ParsePatch(ReadOnlyMemory<byte> body) => ParseObject(body);

    /// <summary>A patch may name the object, but not rename it.</summary>
    public static void CheckPatchedName(JsonObject patched, string name)
    {
        if (patched["metadata"].Text("name") is not { Length: > 0 } told)
        {
            throw ApiFailure.BadRequest(
                $"the name of the object ({name} based on URL) was undeterminable: name must be provided"
            );
        }
        if (told != name)
        {
            throw ApiFailure.BadRequest($"the name of the object ({told}) does not match the name on the URL ({name})");
        }
    }

    /// <summary>The fake serves no other kind of patch.</summary>
    public static void CheckIsMergePatch(string? contentType)
    {
        if (contentType?.Split(';')[0].Trim() is not MergePatch)
        {
            throw new ApiFailure(
                System.Net.HttpStatusCode.UnsupportedMediaType,
                "UnsupportedMediaType",
                $"the body of the request was in an unknown format - accepted media types include: {MergePatch}"
            );
        }
    }

    private static JsonObject ParseObject(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonNode.Parse(body.Span) as JsonObject
                ?? throw ApiFailure.BadRequest("the request's body is no object");
        }
        catch (JsonException e)
        {
            throw ApiFailure.BadRequest($"the request's body is no JSON: {e.Message}");
        }
    }

    private static void CheckSameName(JsonObject metadata, string name)
    {
        var told = metadata.Text("name");
        if (string.IsNullOrEmpty(told))
        {
            metadata["name"] = name;
        }
        else if (told != name)
        {
            throw ApiFailure.BadRequest($"the name of the object ({told}) does not match the name on the URL ({name})");
        }
    }

    private static void Expect(string? told, string expected, string field)
    {
        if (told is not null && told != expected)
        {
            throw ApiFailure.BadRequest(
                $"the {field} in the data ({told}) does not match the expected {field} ({expected})"
            );
        }
    }

    [GeneratedRegex(
        "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Subdomain();
}

/// <summary>Default values that the server fills in.</summary>
internal static class Defaults
{
    private const long PodGraceSeconds = 30;

    /// <summary>Fills in the defaults. True when the default status is shown but not stored.</summary>
    public static bool Apply(ResourceKind kind, JsonObject item)
    {
        var isShown = kind.DefaultStatus is not null && item["status"] is null;
        if (isShown)
        {
            item["status"] = kind.DefaultStatus!.Value.ToNode(); // isShown is true only when there is one
        }
        if (kind.Type == ResourceKinds.Pods.Type)
        {
            item.Section("spec")["terminationGracePeriodSeconds"] ??= PodGraceSeconds;
            item.Section("spec")["restartPolicy"] ??= "Always";
            item.Section("status")["phase"] ??= "Pending";
        }
        if (kind.Type == ResourceKinds.Namespaces.Type)
        {
            item.Section("status")["phase"] ??= "Active";
        }
        return isShown;
    }
}

/// <summary>Fields that must not change after they are set.</summary>
internal static class ImmutableFields
{
    private static readonly string[] PodFieldsThatMayChange =
    [
        "activeDeadlineSeconds",
        "tolerations",
        "terminationGracePeriodSeconds",
    ];

    public static void Check(StoredObject stored, JsonObject before, JsonObject item)
    {
        if (stored.Kind.Type == ResourceKinds.ConfigMaps.Type || stored.Kind.Type == ResourceKinds.Secrets.Type)
        {
            CheckData(stored, before, item);
        }
        if (stored.Kind.Type == ResourceKinds.Pods.Type && !JsonNode.DeepEquals(PodEssence(before), PodEssence(item)))
        {
            throw ApiFailure.Invalid(
                stored.Kind,
                stored.Key.Name,
                "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`, `spec.initContainers[*].image`, `spec.activeDeadlineSeconds` or `spec.tolerations` (only additions to existing tolerations)"
            );
        }
    }

    private static void CheckData(StoredObject stored, JsonObject before, JsonObject item)
    {
        if (before["immutable"]?.GetValue<bool>() != true)
        {
            return;
        }
        foreach (var field in (string[])["immutable", "data", "binaryData"])
        {
            if (!JsonNode.DeepEquals(before[field], item[field]))
            {
                throw ApiFailure.Invalid(
                    stored.Kind,
                    stored.Key.Name,
                    $"{field}: Forbidden: field is immutable when `immutable` is set"
                );
            }
        }
    }

    private static JsonObject PodEssence(JsonObject pod)
    {
        var spec = pod["spec"]?.DeepClone().AsObject() ?? [];
        foreach (var field in PodFieldsThatMayChange)
        {
            spec.Remove(field);
        }
        foreach (var container in spec["containers"]?.AsArray() ?? [])
        {
            container?.AsObject().Remove("image");
        }
        return spec;
    }
}
