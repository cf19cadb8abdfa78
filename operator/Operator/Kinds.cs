using Operator.Api;
using Operator.Runtime;

namespace Operator;

/// <summary>Our custom resources as resource types of the API server.</summary>
internal static class Kinds
{
    public static ResourceType Connectors { get; } = new(ApiGroup.Name, ApiGroup.Version, ApiGroup.ConnectorPlural);
    public static ResourceType Rollouts { get; } = new(ApiGroup.Name, ApiGroup.Version, ApiGroup.RolloutPlural);
    public static ResourceType Actions { get; } = new(ApiGroup.Name, ApiGroup.Version, ApiGroup.ActionPlural);

    public static ResourceType Records { get; } = new(ApiGroup.Name, ApiGroup.Version, ApiGroup.RecordPlural);

    /// <summary>The kind of one of our custom resources.</summary>
    public static string NameOf(ResourceType type) =>
        type == Connectors ? ApiGroup.ConnectorKind
        : type == Rollouts ? ApiGroup.RolloutKind
        : ApiGroup.ActionKind;

    /// <summary>The name of a status write, for failures.</summary>
    public static string StatusWrite(ResourceType type, string name) => $"write the status of {NameOf(type)} {name}";

    public static ObjectKey KeyOf(ObjectMeta metadata) => new(metadata.Namespace, metadata.Name);
}
