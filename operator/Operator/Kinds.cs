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

    public static ObjectKey KeyOf(ObjectMeta metadata) => new(metadata.Namespace, metadata.Name);
}
