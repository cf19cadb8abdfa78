using System.Collections.Concurrent;
using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Calendar;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Stores;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>
/// The problems of a connector. <paramref name="Whole"/>: with any of these no run is planned, one sentence each.
/// <paramref name="MayHeal"/>: these are only about objects that the spec refers to, so they may disappear without a change of the spec.
/// </summary>
internal sealed record SpecFindings(ImmutableArray<string> Whole, WrongParts Parts, bool MayHeal);

/// <summary>Checks a connector's spec, and the objects that it refers to, which are read live.</summary>
internal sealed class SpecChecks(ManyReads reads, OperatorOptions options)
{
    /// <summary>Most cached results; each takes about a hundred bytes.</summary>
    private const int Most = 20_000;

    private readonly ConcurrentDictionary<string, (long Generation, SpecFaults Faults)> _last = new(
        StringComparer.Ordinal
    );
    private readonly ConnectorRules _rules = new(
        new ConnectorRuleOptions
        {
            ScheduleProblem = (schedule, zone) => Schedule.Problem(schedule, zone, options.MinimumInterval),
        }
    );

    public SpecFindings Findings(MarketplaceConnector connector, ReferencedObjects references, ConnectorRecord? record)
    {
        var own = OwnFaults(connector).Given(record);
        return new SpecFindings([.. own.Whole, .. references.Problems], own.Parts, MayHeal: own.Whole.IsEmpty);
    }

    /// <summary>Checks only the spec, once per generation.</summary>
    private SpecFaults OwnFaults(MarketplaceConnector connector)
    {
        var (uid, generation) = (connector.Metadata.Uid, connector.Metadata.Generation);
        if (_last.TryGetValue(uid, out var last) && last.Generation == generation)
        {
            return last.Faults;
        }
        var faults = SpecFaults.Of(connector.Spec, _rules.Check(connector));
        if (_last.Count >= Most && !_last.ContainsKey(uid))
        {
            _last.Clear();
        }
        _last[uid] = (generation, faults);
        return faults;
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
        var (ns, spec, faults) = (connector.Metadata.Namespace, connector.Spec, OwnFaults(connector));
        // Names that are wrong name nothing.
        var hasContent = faults.Parts.Content is null;
        var keys = hasContent ? RevisionContent.ReferencedConfigMapKeys(spec) : [];
        var bundle = spec.Sync.CaBundle?.ConfigMapKeyRef;
        var names = keys.Select(k => k.Name).Append(bundle?.Name).OfType<string>();
        var references = ReferencedObjects.OfConfigMaps(
            keys,
            bundle,
            await reads.ReadAsync(CoreTypes.ConfigMaps, ns, names, ct)
        );
        if (!faults.Whole.IsEmpty)
        {
            return references;
        }
        var sync = hasContent ? spec.Sync : new SyncPodSpec();
        var accounts = ServiceAccounts.Referenced(sync, record);
        return references.WithAccounts(
            await reads.ReadAsync(CoreTypes.ServiceAccounts, ns, accounts, ct),
            sync.ServiceAccountName
        );
    }
}
