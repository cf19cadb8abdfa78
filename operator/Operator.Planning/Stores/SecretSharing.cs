using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;

namespace Operator.Planning.Stores;

/// <summary>
/// Staging and Development must not use a Secret that Production uses, because a test would act on real sellers. Production
/// runs; the other connectors do not run until they have their own Secrets.
/// </summary>
public static class SecretSharing
{
    /// <summary>Names of the Secrets that the spec references: for the application, for its stores and for env.</summary>
    public static ImmutableArray<string> Secrets(ConnectorSpec spec) =>
        [
            .. spec
                .Stores.Select(s => s.Credentials?.SecretRef?.Name)
                .Append(spec.Credentials?.SecretRef?.Name)
                .Concat(spec.Sync.Env.Select(e => e.ValueFrom?.SecretKeyRef?.Name))
                .OfType<string>()
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>Names of the Secrets that the stores reference.</summary>
    public static ImmutableArray<string> Secrets(IEnumerable<Store> stores) =>
        [
            .. stores
                .Select(s => s.Credentials?.SecretRef?.Name)
                .OfType<string>()
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>Errors that stop a connector outside Production, one sentence per Secret.</summary>
    public static ImmutableArray<string> Problems(
        MarketplaceConnector connector,
        ImmutableArray<SharedSecret> shared
    ) =>
        connector.Spec.Environment == DeploymentEnvironment.Production
            ? []
            : [.. shared.Select(s => $"spec: {Describe(connector, s)}; give this connector a Secret of its own")];

    internal static string Describe(MarketplaceConnector connector, SharedSecret shared) =>
        $"Secret '{shared.Secret}' is used by connector '{connector.Metadata.Name}' ({connector.Spec.Environment}) and by connector '{shared.Connector}' ({shared.Environment})";
}
