using System.Collections.Immutable;
using System.Text.Json;
using Operator.Api;
using Operator.Planning.Calendar;
using Operator.Planning.Quotas;

namespace Operator.Cli.Linting;

/// <summary>
/// Checks one manifest: identity, unknown fields and field types; then, if all types are right, the operator's rules.
/// </summary>
internal sealed class ManifestRules(TimeSpan minimumInterval)
{
    private static readonly StoreListManifests NoLists = new([]);
    private static readonly RolloutManifests NoRollouts = new([], NoLists);

    private readonly ConnectorRules _connectors = new(
        new ConnectorRuleOptions
        {
            ScheduleProblem = (schedule, timeZone) => Schedule.Problem(schedule, timeZone, minimumInterval),
        }
    );

    /// <summary>Recognised by the group, or by the kind if the group is misspelt.</summary>
    public static bool IsOurs(ManifestDocument document) =>
        document.ApiVersion.StartsWith($"{ApiGroup.Name}/", StringComparison.Ordinal)
        || document.Kind is ApiGroup.ConnectorKind or ApiGroup.RolloutKind or ApiGroup.ActionKind;

    public ImmutableArray<Finding> Check(ManifestDocument document) => Check(document, NoLists, NoRollouts);

    public ImmutableArray<Finding> Check(ManifestDocument document, StoreListManifests lists, RolloutManifests rollouts)
    {
        if (document.Kind is not (ApiGroup.ConnectorKind or ApiGroup.RolloutKind or ApiGroup.ActionKind))
        {
            return [new Finding("kind", $"'{document.Kind}' is no kind of {ApiGroup.Name}; use {ApiGroup.AllKinds}")];
        }
        var findings = ImmutableArray.CreateBuilder<Finding>();
        findings.AddRange(Identity(document));
        findings.AddRange(JsonShape.UnknownFields(document.Root, document.Kind));
        var seen = ServerNulls.Drop(document.Root, document.Kind);
        var wrong = JsonShape.WrongKinds(seen, document.Kind);
        // The rules need a decoded spec, and a spec with wrong field types can't be decoded.
        findings.AddRange(wrong.IsEmpty ? Rules(document, seen, lists, rollouts) : wrong);
        return findings.ToImmutable();
    }

    private static IEnumerable<Finding> Identity(ManifestDocument document)
    {
        if (document.ApiVersion != ApiGroup.ApiVersion)
        {
            yield return new Finding("apiVersion", $"'{document.ApiVersion}' is not served; use {ApiGroup.ApiVersion}");
        }
        if (ObjectNames.Problem(document.Name) is { } problem)
        {
            yield return new Finding("metadata.name", problem);
        }
    }

    private ImmutableArray<Finding> Rules(
        ManifestDocument document,
        JsonElement seen,
        StoreListManifests lists,
        RolloutManifests rollouts
    )
    {
        if (!seen.TryGetProperty("spec", out var spec))
        {
            return [new Finding("spec", "there is no spec; see kubectl explain for its fields")];
        }
        return document.Kind switch
        {
            ApiGroup.ConnectorKind => ConnectorFindings(document, Read(spec, ApiJson.Default.ConnectorSpec), lists),
            ApiGroup.RolloutKind => RolloutFindings(document, Read(spec, ApiJson.Default.RolloutSpec), rollouts),
            _ => ActionRules.Check(new SyncAction { Spec = Read(spec, ApiJson.Default.ActionSpec) }),
        };
    }

    private ImmutableArray<Finding> RolloutFindings(
        ManifestDocument document,
        RolloutSpec spec,
        RolloutManifests rollouts
    )
    {
        var findings = RolloutRules.Check(new SyncRollout { Spec = spec });
        return findings.All(f => f.IsAdvice)
            ? [.. findings, .. rollouts.Check(document, spec, c => _connectors.Check(c).All(f => f.IsAdvice))]
            : findings;
    }

    private ImmutableArray<Finding> ConnectorFindings(
        ManifestDocument document,
        ConnectorSpec spec,
        StoreListManifests lists
    )
    {
        var findings = _connectors.Check(new MarketplaceConnector { Spec = spec });
        findings = findings.All(f => f.IsAdvice) ? [.. findings, .. QuotaRules.Check(spec)] : findings;
        return [.. findings, .. lists.CheckSources(document, spec)];
    }

    private static T Read<T>(JsonElement spec, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        spec.Deserialize(type) ?? throw new JsonException("the spec is null");
}
