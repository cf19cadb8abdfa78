using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Operator.Api;
using Operator.Planning.Calendar;
using Operator.Planning.Facts;
using Operator.Planning.Quotas;
using Operator.Planning.Record;
using Operator.Planning.Rollouts;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>
/// The problems of a connector, one sentence each; with any problem, no run is planned. <paramref name="MayHeal"/>: the problems
/// are only about objects that the spec refers to, so they may disappear without a change of the spec.
/// </summary>
internal sealed record SpecFindings(ImmutableArray<string> All, bool MayHeal);

/// <summary>Checks a connector's spec, and the objects that it refers to, which are read live.</summary>
internal sealed class SpecChecks(IKubeApi api, OperatorOptions options)
{
    /// <summary>Most cached results; each takes about a hundred bytes.</summary>
    private const int Most = 20_000;

    private readonly ConcurrentDictionary<string, (long Generation, ImmutableArray<Finding> Findings)> _last = new(
        StringComparer.Ordinal
    );
    private readonly ConnectorRules _rules = new(
        new ConnectorRuleOptions
        {
            ScheduleProblem = (schedule, zone) => Schedule.Problem(schedule, zone, options.MinimumInterval),
        }
    );

    public async Task<SpecFindings> FindingsAsync(
        MarketplaceConnector connector,
        ConnectorRecord? record,
        ImmutableSortedDictionary<string, string?> configMapHashes,
        CancellationToken ct
    )
    {
        var missing = configMapHashes
            .Where(h => h.Value is null)
            .Select(h =>
                $"spec.sync: ConfigMap key '{h.Key}' is not there; create it or take it out of env and caBundle"
            );
        var own = OwnFindings(connector);
        return own.IsEmpty
            ? new SpecFindings([.. missing, .. await ServiceAccountProblemsAsync(connector, record, ct)], MayHeal: true)
            : new SpecFindings([.. own.Select(f => f.ToString()), .. missing], MayHeal: false);
    }

    /// <summary>Checks only the spec, once per generation.</summary>
    private ImmutableArray<Finding> OwnFindings(MarketplaceConnector connector)
    {
        var (uid, generation) = (connector.Metadata.Uid, connector.Metadata.Generation);
        if (_last.TryGetValue(uid, out var last) && last.Generation == generation)
        {
            return last.Findings;
        }
        var findings = _rules.Check(connector);
        // The quota rules calculate with schedules, so they need valid schedules.
        findings = findings.IsEmpty ? QuotaRules.Check(connector.Spec) : findings;
        if (_last.Count >= Most && !_last.ContainsKey(uid))
        {
            _last.Clear();
        }
        _last[uid] = (generation, findings);
        return findings;
    }

    /// <summary>SHA-256 of the ConfigMap keys that the revision refers to, by <c>name/key</c>; null for a missing key.</summary>
    public async Task<ImmutableSortedDictionary<string, string?>> ConfigMapHashesAsync(
        MarketplaceConnector connector,
        CancellationToken ct
    )
    {
        var hashes = ImmutableSortedDictionary.CreateBuilder<string, string?>(StringComparer.Ordinal);
        foreach (var selector in RevisionContent.ReferencedConfigMapKeys(connector.Spec))
        {
            var configMap = await api.GetAsync(
                CoreTypes.ConfigMaps,
                new ObjectKey(connector.Metadata.Namespace, selector.Name),
                ct
            );
            hashes[RevisionContent.KeyOf(selector)] =
                configMap?.Json.TryGetProperty("data", out var data) == true
                && data.TryGetProperty(selector.Key, out var content)
                && content.ValueKind == JsonValueKind.String
                    ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content.GetString()!))) // checked above
                    : null;
        }
        return hashes.ToImmutable();
    }

    private async Task<ImmutableArray<string>> ServiceAccountProblemsAsync(
        MarketplaceConnector connector,
        ConnectorRecord? record,
        CancellationToken ct
    )
    {
        var problems = ImmutableArray.CreateBuilder<string>();
        foreach (var name in ServiceAccounts.Referenced(connector.Spec, record))
        {
            var sight = await ServiceAccountAsync(new ObjectKey(connector.Metadata.Namespace, name), ct);
            if (ServiceAccounts.Problem(name, sight) is { } problem)
            {
                problems.Add(problem);
            }
        }
        return problems.ToImmutable();
    }

    private async Task<ServiceAccountSight> ServiceAccountAsync(ObjectKey key, CancellationToken ct)
    {
        try
        {
            return await api.GetAsync(CoreTypes.ServiceAccounts, key, ct) switch
            {
                null => ServiceAccountSight.Missing,
                var account when account.Label(ApiGroup.AllowSyncPodsLabel) is "true" => ServiceAccountSight.Allowed,
                _ => ServiceAccountSight.NotAllowed,
            };
        }
        catch (KubeApiException e) when (e.IsForbidden)
        {
            return ServiceAccountSight.Hidden;
        }
    }
}
