using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Operator.Testing;

namespace Operator.Api.Tests;

/// <summary>One of our CustomResourceDefinitions.</summary>
internal sealed partial record Crd(string File, string Kind)
{
    public static readonly Crd Connector = new("crds/marketplaceconnectors.yaml", ApiGroup.ConnectorKind);
    public static readonly Crd Rollout = new("crds/syncrollouts.yaml", ApiGroup.RolloutKind);
    public static readonly Crd Action = new("crds/syncactions.yaml", ApiGroup.ActionKind);
    public static readonly Crd[] All = [Connector, Rollout, Action];

    /// <summary>The file's text, for Kubernetes 1.20 and newer.</summary>
    public string Text => Repository.Read(File);

    /// <summary>The text with the parts that only newer servers know.</summary>
    public string NewerText => Marker().Replace(Text, "");

    public JsonElement Json => Manifests.Read(Text)[0].Root;
    public JsonElement NewerJson => Manifests.Read(NewerText)[0].Root;

    public JsonElement Schema =>
        Json.GetProperty("spec").GetProperty("versions")[0].GetProperty("schema").GetProperty("openAPIV3Schema");

    public JsonElement SpecSchema => Schema.GetProperty("properties").GetProperty("spec");
    public JsonElement StatusSchema => Schema.GetProperty("properties").GetProperty("status");

    public JsonTypeInfo Root =>
        Kind switch
        {
            ApiGroup.ConnectorKind => ApiJson.Default.MarketplaceConnector,
            ApiGroup.RolloutKind => ApiJson.Default.SyncRollout,
            _ => ApiJson.Default.SyncAction,
        };

    public JsonTypeInfo Spec =>
        Kind switch
        {
            ApiGroup.ConnectorKind => ApiJson.Default.ConnectorSpec,
            ApiGroup.RolloutKind => ApiJson.Default.RolloutSpec,
            _ => ApiJson.Default.ActionSpec,
        };

    public JsonTypeInfo Status =>
        Kind switch
        {
            ApiGroup.ConnectorKind => ApiJson.Default.ConnectorStatus,
            ApiGroup.RolloutKind => ApiJson.Default.RolloutStatus,
            _ => ApiJson.Default.ActionStatus,
        };

    public static Crd Of(string kind) => All.Single(c => c.Kind == kind);

    [GeneratedRegex(@"#>=1\.(25|31) ", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Marker();
}
