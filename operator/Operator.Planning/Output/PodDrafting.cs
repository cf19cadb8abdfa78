using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Operator.Api;
using Operator.Planning.Calendar;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Quotas;
using Operator.Planning.Record;
using Operator.Planning.Runs;
using Operator.Planning.Stores;

namespace Operator.Planning.Output;

/// <summary>Drafts the pod of an entry from the record and the spec only, so that drafting twice gives the same pod.</summary>
internal static class PodDrafting
{
    private static readonly TimeSpan Backstop = TimeSpan.FromSeconds(60);
    private static readonly ImmutableSortedDictionary<string, string> NoParameters = ImmutableSortedDictionary<
        string,
        string
    >.Empty;

    public sealed record Run(Flow Flow, Occasion Occasion, Entry Entry, Revision Revision);

    public static PodDraft Of(Draft draft, Run run)
    {
        var (connector, record) = (draft.Seen.Connector, draft.Record);
        var name = PodNames.Of(connector.Metadata.Name, record.Id, run.Flow.Name, run.Occasion.Id, run.Entry.Index);
        var opened = Expiry.AsOpened(run.Flow, run.Occasion);
        return new PodDraft
        {
            Name = name,
            Flow = run.Flow.Name,
            Revision = run.Revision,
            StartBy = run.Entry.StartBy,
            Labels = Labels(connector, run),
            Annotations = Annotations(draft, run, name),
            Environment = Environment(connector, run, name),
            Secrets = StoreKeys.Mounts(draft.Effective, run.Entry),
            ActiveDeadline = opened.StartTimeout.Value + opened.Timeout.Value + record.GraceOf(run.Entry) + Backstop,
        };
    }

    private static ImmutableSortedDictionary<string, string> Labels(MarketplaceConnector connector, Run run)
    {
        var labels = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        labels[PodMarks.ManagedBy] = PodMarks.OperatorName;
        labels[PodMarks.Connector] = PodMarks.LabelValue(connector.Metadata.Name);
        labels[PodMarks.Marketplace] = connector.Spec.Marketplace.ToString();
        labels[PodMarks.Environment] = connector.Spec.Environment.ToString();
        labels[PodMarks.Flow] = run.Flow.Name;
        labels[PodMarks.Occasion] = run.Occasion.Id;
        labels[PodMarks.Revision] = run.Entry.Revision;
        labels[PodMarks.Arm] = run.Entry.Arm == Arm.Candidate ? "candidate" : "stable";
        if (run.Entry.Arm == Arm.Candidate)
        {
            labels[PodMarks.Attempt] = run.Entry.Attempt.ToString(CultureInfo.InvariantCulture);
        }
        return labels.ToImmutable();
    }

    private static ImmutableSortedDictionary<string, string> Annotations(Draft draft, Run run, string name)
    {
        var print = new Fingerprint
        {
            Record = draft.Record.Id,
            Flow = run.Flow.Name,
            Occasion = run.Occasion.Id,
            Index = run.Entry.Index,
            Revision = run.Entry.Revision,
            Stores = run.Entry.Stores,
        };
        var annotations = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        annotations["argocd.argoproj.io/ignore-resource-updates"] = "true";
        annotations[PodMarks.ConnectorName] = draft.Seen.Connector.Metadata.Name;
        annotations[PodMarks.Counter] = draft.Record.Counter.ToString(CultureInfo.InvariantCulture);
        annotations[PodMarks.Fingerprint] = JsonSerializer.Serialize(print, RunJson.Default.Fingerprint);
        annotations[PodMarks.Run] = JsonSerializer.Serialize(File(draft, run, name), RunJson.Default.RunFile);
        return annotations.ToImmutable();
    }

    private static RunFile File(Draft draft, Run run, string name)
    {
        var ledger = draft.Record.Ledger(run.Flow.Name);
        return new RunFile
        {
            Run = name,
            Connector = draft.Seen.Connector.Metadata.Name,
            Flow = run.Flow.Name,
            Occasion = run.Occasion.Id,
            Slot = UtcText.Of(run.Occasion.Slot),
            TimeZone = run.Flow.TimeZone,
            Reason =
                !IsFirstTry(run) ? "Retry"
                : run.Occasion.Kind == OccasionKind.Slot ? "Scheduled"
                : run.Occasion.Kind.ToString(),
            Revision = run.Entry.Revision,
            Deadline = UtcText.Of(run.Entry.Deadline),
            Parameters = run.Revision.FlowParameters.GetValueOrDefault(run.Flow.Name) ?? NoParameters,
            Quotas = QuotaShare.Of(draft.Spec, draft.Effective.Quotas, run.Entry),
            Stores =
            [
                .. run.Entry.Stores.Select(s =>
                    RunStoreOf(s, draft.Roster.Find(s), ledger) with
                    {
                        RedoFrom = RedoFrom(run, ledger.Stores.GetValueOrDefault(s)),
                    }
                ),
            ],
        };
    }

    /// <summary>
    /// The earlier of the <c>since</c> of a RunNow and the store's own RedoFrom after a version that was taken back; null: nothing to redo.
    /// </summary>
    private static string? RedoFrom(Run run, StoreLedger? past)
    {
        var (asked, owed) = (run.Occasion.Order?.Since, run.Entry.IsRedo ? past?.RedoFrom : null);
        return (asked < owed ? asked : owed ?? asked) is { } since ? UtcText.Of(since) : null;
    }

    /// <summary>The ledger keeps the newest slot with another result only while it is newer than the last good one.</summary>
    private static DateTimeOffset? LastRun(StoreLedger? past) =>
        past?.LastRunSlot > past?.LastOkSlot ? past?.LastRunSlot : past?.LastOkSlot ?? past?.LastRunSlot;

    /// <summary>The entries of an occasion are in the order of their tries.</summary>
    private static bool IsFirstTry(Run run)
    {
        var stores = run.Entry.Stores.ToHashSet(StringComparer.Ordinal);
        return !run.Occasion.Entries.Take(run.Entry.Index).Any(e => e.Stores.Any(stores.Contains));
    }

    private static RunStore RunStoreOf(string name, Store? store, FlowLedger ledger)
    {
        var past = ledger.Stores.GetValueOrDefault(name);
        return new RunStore
        {
            Name = name,
            Sites = store?.Sites ?? [],
            Parameters = store?.Parameters ?? ImmutableSortedDictionary<string, string>.Empty,
            LastOkSlot = past?.LastOkSlot is { } slot ? UtcText.Of(slot) : null,
            LastRunSlot = LastRun(past) is { } last ? UtcText.Of(last) : null,
            LastOkRevision = past?.LastOkRevision,
        };
    }

    private static ImmutableArray<KeyValuePair<string, string>> Environment(
        MarketplaceConnector connector,
        Run run,
        string name
    ) =>
        [
            new("SYNC_MARKETPLACE", connector.Spec.Marketplace.ToString()),
            new("SYNC_ENVIRONMENT", connector.Spec.Environment.ToString()),
            new("SYNC_CONNECTOR", connector.Metadata.Name),
            new("SYNC_FLOW", run.Flow.Name),
            new("SYNC_RUN", name),
            new("SYNC_OCCASION", run.Occasion.Id),
            new("SYNC_SLOT", UtcText.Of(run.Occasion.Slot)),
            new("SYNC_REVISION", run.Entry.Revision),
            new("SYNC_DEADLINE", UtcText.Of(run.Entry.Deadline)),
            .. TrustedCertificates(connector.Spec.Sync.CaBundle, run.Revision.Sync),
        ];

    /// <summary>The variables that common runtimes read; a variable that the user sets keeps the user's value.</summary>
    private static IEnumerable<KeyValuePair<string, string>> TrustedCertificates(CaBundle? bundle, SyncPodSpec sync)
    {
        string[] customary = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"];
        return bundle is null
            ? []
            : customary
                .Except(sync.Env.Select(e => e.Name), StringComparer.Ordinal)
                .Prepend("SYNC_CA_BUNDLE")
                .Select(name => KeyValuePair.Create(name, PodDraft.CaBundleFile));
    }
}
