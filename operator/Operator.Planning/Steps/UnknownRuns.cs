using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Runs;

namespace Operator.Planning.Steps;

/// <summary>
/// Takes runs into the record that it does not know, though they have its id: it was restored from a backup that is older than their
/// plan. A run of an open occasion becomes its entry again, so that its stores do not run twice and its report is folded. Every
/// other unknown run keeps its stores waiting and takes a place until it ends.
/// </summary>
internal static class UnknownRuns
{
    /// <summary>No step of an attempt has this number: it is unknown in which step the run was planned, so it is no evidence.</summary>
    private const int NoStage = -1;
    private static readonly TimeSpan NextPlan = TimeSpan.FromMilliseconds(100);

    /// <summary>Returns the draft, and the pods by the entries of its record.</summary>
    public static (Draft Draft, PodIndex Pods) Adopt(Draft draft, PodIndex pods)
    {
        var adopted = pods
            .Strays.Where(p => p.Fingerprint!.Record == draft.Record.Id) // a stray has one
            .OrderBy(p => p.Fingerprint!.Index) // see above
            .Aggregate(draft, Adopt);
        return ReferenceEquals(adopted, draft)
            ? (draft, pods)
            : (adopted.Await([draft.Now + NextPlan]), PodIndex.Of(adopted.Seen, adopted.Record));
    }

    private static Draft Adopt(Draft draft, ObservedPod pod)
    {
        var print = pod.Fingerprint!; // a stray has one
        var occasion = draft.Record.Plan(print.Flow).Find(print.Occasion);
        var isKnown =
            draft.Record.Revisions.Find(print.Revision) is not null && draft.Spec.FindFlow(print.Flow) is not null;
        // An entry's index is its place, so a run after a gap can't become an entry.
        if (
            !isKnown
            || occasion is not { IsClosed: false }
            || occasion.Entries.Length != print.Index
            || IsCopy(draft, pod)
        )
        {
            return draft;
        }
        var plan = draft.Record.Plan(print.Flow);
        var extended = occasion with { Entries = occasion.Entries.Add(EntryOf(draft, occasion, pod)) };
        return draft.Decide(
            draft.Record.With(print.Flow, plan with { Occasions = plan.Occasions.Replace(occasion, extended) }),
            $"pod {pod.Name} runs on {occasion.Id} of '{print.Flow}' though the record did not know it"
        );
    }

    private static bool IsCopy(Draft draft, ObservedPod pod)
    {
        var print = pod.Fingerprint!; // a stray has one
        var connector = draft.Seen.Connector.Metadata.Name;
        return PodNames.Of(connector, print.Record, print.Flow, print.Occasion, print.Index) != pod.Name;
    }

    private static Entry EntryOf(Draft draft, Occasion occasion, ObservedPod pod)
    {
        var print = pod.Fingerprint!; // a stray has one
        var opened = Expiry.AsOpened(draft.Spec.FindFlow(print.Flow)!, occasion); // checked by the caller
        var isCandidate = draft.Record.RunningAttempt?.Revision == print.Revision;
        return new Entry
        {
            Index = print.Index,
            Stores = print.Stores,
            Revision = print.Revision,
            Arm = isCandidate ? Arm.Candidate : Arm.Stable,
            Attempt = isCandidate ? draft.Record.RunningAttempt!.Number : 0, // a candidate belongs to the running attempt
            Stage = isCandidate ? NoStage : 0,
            // Its pod was created, so no pod is ever created for it again.
            StartBy = pod.CreatedAt,
            Deadline = occasion.StartBy + opened.StartTimeout.Value + opened.Timeout.Value,
        };
    }
}
