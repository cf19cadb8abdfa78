using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>The record's id and counter, as pods and statuses carry them.</summary>
internal static class Witnesses
{
    /// <summary>
    /// What existing objects say of the connector's record. Deleted pods do not count: only this process knows them, and if the
    /// namespace was deleted and created again, their record was deleted too. <paramref name="rollouts"/> are those that may belong
    /// to this connector: the status of any other one is a witness of another connector's record.
    /// </summary>
    public static ImmutableArray<RecordWitness> Of(
        MarketplaceConnector connector,
        ImmutableArray<SyncRollout> rollouts,
        ImmutableArray<ObservedPod> pods
    ) =>
        [
            .. pods.Where(p => !p.IsGone).Select(p => new RecordWitness(p.Fingerprint?.Record, p.Counter)),
            .. rollouts.Select(r => new RecordWitness(r.Status.RecordId, r.Status.RecordCounter)),
            new RecordWitness(connector.Status.RecordId, connector.Status.RecordCounter),
        ];
}
