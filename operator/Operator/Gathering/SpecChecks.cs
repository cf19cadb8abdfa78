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
/// What is wrong with a connector, one sentence each; anything here means that nothing is planned. <paramref name="MayHeal"/>:
/// it is about objects that the spec refers to, which may come without anybody touching the spec.
/// </summary>
internal sealed record SpecFindings(ImmutableArray<string> All, bool MayHeal);

/// <summary>Checks a connector by its own rules, and by what it refers to in its namespace, read live.</summary>
internal sealed class SpecChecks(IKubeApi api, OperatorOptions options)
{
    /// <summary>Some hundred bytes each.</summary>
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

    /// <summary>By its own rules, which look at nothing but the spec: once for each generation of it.</summary>
    private ImmutableArray<Finding> OwnFindings(MarketplaceConnector connector)
    {
        var (uid, generation) = (connector.Metadata.Uid, connector.Metadata.Generation);
        if (_last.TryGetValue(uid, out var last) && last.Generation == generation)
        {
            return last.Findings;
        }
        var findings = _rules.Check(connector);
        // Quotas are reckoned with schedules, which must be right for that.
        findings = findings.IsEmpty ? QuotaRules.Check(connector.Spec) : findings;
        if (_last.Count >= Most && !_last.ContainsKey(uid))
        {
            _last.Clear();
        }
        _last[uid] = (generation, findings);
        return findings;
    }

    /// <summary>SHA-256 by <c>name/key</c> of what the revision's content refers to; null for one that is not there.</summary>
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
                    ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content.GetString()!))) // a string by its kind
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
