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
internal sealed class SpecChecks(ManyReads reads, OperatorOptions options)
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

    public SpecFindings Findings(MarketplaceConnector connector, ReferencedObjects references)
    {
        var own = OwnFindings(connector);
        return new SpecFindings([.. own.Select(f => f.ToString()), .. references.Problems], MayHeal: own.IsEmpty);
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

    /// <summary>
    /// Reads each object that the spec refers to, once; also the ServiceAccounts of the revisions that run, unless the spec has errors.
    /// </summary>
    public async Task<ReferencedObjects> ReferencesAsync(
        MarketplaceConnector connector,
        ConnectorRecord? record,
        CancellationToken ct
    )
    {
        var (ns, spec) = (connector.Metadata.Namespace, connector.Spec);
        var keys = RevisionContent.ReferencedConfigMapKeys(spec);
        var bundle = spec.Sync.CaBundle?.ConfigMapKeyRef;
        var names = keys.Select(k => k.Name).Append(bundle?.Name).OfType<string>();
        var references = ReferencedObjects.OfConfigMaps(
            keys,
            bundle,
            await reads.ReadAsync(CoreTypes.ConfigMaps, ns, names, ct)
        );
        if (!OwnFindings(connector).IsEmpty)
        {
            return references;
        }
        var accounts = ServiceAccounts.Referenced(spec, record);
        return references.WithAccounts(
            await reads.ReadAsync(CoreTypes.ServiceAccounts, ns, accounts, ct),
            spec.Sync.ServiceAccountName
        );
    }
}
