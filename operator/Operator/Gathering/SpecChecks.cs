using System.Collections.Concurrent;
using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Calendar;
using Operator.Planning.Facts;
using Operator.Planning.Quotas;
using Operator.Planning.Record;
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
        ReferencedConfigMaps configMaps,
        CancellationToken ct
    )
    {
        var own = OwnFindings(connector);
        return own.IsEmpty
            ? new SpecFindings(
                [.. configMaps.Problems, .. await ServiceAccountProblemsAsync(connector, record, ct)],
                MayHeal: true
            )
            : new SpecFindings([.. own.Select(f => f.ToString()), .. configMaps.Problems], MayHeal: false);
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

    /// <summary>Reads each ConfigMap that env and caBundle refer to, once.</summary>
    public async Task<ReferencedConfigMaps> ConfigMapsAsync(MarketplaceConnector connector, CancellationToken ct)
    {
        var keys = RevisionContent.ReferencedConfigMapKeys(connector.Spec);
        var bundle = connector.Spec.Sync.CaBundle?.ConfigMapKeyRef;
        var read = new Dictionary<string, KubeObject?>(StringComparer.Ordinal);
        foreach (
            var name in keys.Select(k => k.Name).Append(bundle?.Name).OfType<string>().Distinct(StringComparer.Ordinal)
        )
        {
            var key = new ObjectKey(connector.Metadata.Namespace, name);
            read[name] = await api.GetAsync(CoreTypes.ConfigMaps, key, ct);
        }
        return ReferencedConfigMaps.Of(keys, bundle, name => read[name]);
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
