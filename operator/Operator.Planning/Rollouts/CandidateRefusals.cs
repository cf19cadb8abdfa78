using System.Collections.Immutable;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>
/// A policy may refuse the pods of a candidate alone, for example because its image is not signed, or no kubelet can create or run its
/// container, whatever it calls that. Such a run costs its stores some of their time until they run on stable, so the third in a row ends
/// the attempt, when a run on stable started after each.
/// </summary>
internal static class CandidateRefusals
{
    private const int MostRefused = 3;
    private const int MostWords = 1000;

    /// <summary>The refusal that ends the attempt; null: there is none, or nobody knows yet whether stable is refused as well.</summary>
    public static CandidateRefusal? Conclusive(Attempt attempt) =>
        attempt.Refusal is { Count: >= MostRefused, IsStableAccepted: true } refusal ? refusal : null;

    public static Draft After(Draft draft, RunEnded run)
    {
        if (draft.Record.RunningAttempt is not { } attempt)
        {
            return draft;
        }
        var (entry, refusal) = (run.Entry, attempt.Refusal);
        if (entry.Attempt == attempt.Number)
        {
            draft = LatePilots.After(draft, run);
            attempt = draft.Record.RunningAttempt!; // as before
            return IsOfQuota(entry) ? draft
                : UncreatedPods.IsNotCreated(entry) || CanNotRun(run) ? Refused(draft, attempt, run.Ending)
                : IsRefutedBy(run, refusal) ? With(draft, attempt, null)
                : draft;
        }
        return entry.Arm == Arm.Stable && refusal is { IsStableAccepted: false } && run.Ending.StartedAt >= refusal.At
            ? With(draft, attempt, refusal with { IsStableAccepted = true })
            : draft;
    }

    /// <summary>The pods are not created; else they are, and their containers don't start.</summary>
    public static bool IsOfCreation(CandidateRefusal refusal) => UncreatedPods.IsOfCreation(refusal.Reason);

    /// <summary>What the rollout says while the candidate's newest runs could not be created or did not start.</summary>
    public static Verdict.Hold Hold(CandidateRefusal refusal) =>
        IsOfCreation(refusal) || ContainerWaits.IsOwnFault(refusal.Reason)
            ? new Verdict.Hold(
                Reasons.CandidateRefused,
                $"the candidate's runs can't {(IsOfCreation(refusal) ? "be created" : "start")}; its stores run on stable, and it is tried again on each due time: {refusal.Words}"
            )
            : new Verdict.Hold(
                Reasons.PilotNotStarted,
                $"the candidate's first run did not start in time; another store of the cohort tries on each due time, where there is one: {refusal.Words}"
            );

    /// <summary>What the refusal means, without the words of the API server or the kubelet.</summary>
    public static string Describe(CandidateRefusal refusal) =>
        ContainerWaits.IsOwnFault(refusal.Reason)
            ? "no kubelet starts the candidate's container, while runs on stable start"
            : "the API server does not create the candidate's runs, while it creates those on stable";

    /// <summary>
    /// The refusals that concern more than the candidate, whose stores run on stable instead, by pod name.
    /// </summary>
    public static ImmutableSortedDictionary<string, CreateRefusal> OfOthers(Draft draft)
    {
        if (draft.Seen.Refusals.IsEmpty)
        {
            return draft.Seen.Refusals;
        }
        bool IsOfCandidate(Entry entry, string pod) =>
            entry.Attempt != 0
            && draft.Seen.Refusals.TryGetValue(pod, out var refusal)
            && (entry.IsPilot || refusal.Kind != RefusalKind.Quota);
        var candidates =
            from plan in draft.Record.Plans
            from occasion in plan.Value.Occasions
            from entry in occasion.Entries
            where entry.Attempt != 0 // also of a run that this plan gives up
            let pod = PodNames.Of(
                draft.Seen.Connector.Metadata.Name,
                draft.Record.Id,
                plan.Key,
                occasion.Id,
                entry.Index
            )
            where IsOfCandidate(entry, pod)
            select pod;
        return draft.Seen.Refusals.RemoveRange(candidates);
    }

    /// <summary>Its pod was there, and its container can't be had, created or run.</summary>
    private static bool CanNotRun(RunEnded run) =>
        !run.Ending.HasStarted && ContainerWaits.IsOwnFault(run.Ending.Reason);

    /// <summary>
    /// The container has started; or only the creation was refused, and a pod was created. A pod that the cluster ended before its start says
    /// nothing of its container.
    /// </summary>
    private static bool IsRefutedBy(RunEnded run, CandidateRefusal? refusal) =>
        run.Ending.HasStarted || refusal is null || IsOfCreation(refusal);

    /// <summary>All versions wait for places alike. Only of a pilot it is worth a word, because its attempt waits for it.</summary>
    private static bool IsOfQuota(Entry entry) =>
        entry is { IsPilot: false, Result: RunResult.Infra, Reason: Reasons.QuotaExceeded };

    private static Draft Refused(Draft draft, Attempt attempt, RunEnding ending)
    {
        var before = attempt.Refusal ?? new CandidateRefusal { IsStableAccepted = true };
        var counts = before.IsStableAccepted && ending.Reason != Reasons.QuotaExceeded;
        var now = before with
        {
            Count = before.Count + (counts ? 1 : 0),
            Reason = ending.Reason,
            // The words may name the pod: the first ones stay, so that the status does not change with each pilot.
            Words = before.Reason == ending.Reason ? before.Words : Shortened(ending.Detail),
            At = draft.Now,
            IsStableAccepted = false,
        };
        draft = With(draft, attempt, now);
        return before.Reason == now.Reason
            ? draft
            : draft.Tell(
                EventTarget.Rollout,
                now.Reason,
                $"Attempt {attempt.Number}, revision {attempt.Revision}: a run {(ContainerWaits.IsOwnFault(now.Reason) ? "can't start" : "can't be created")}: {now.Words}",
                isWarning: true
            );
    }

    private static Draft With(Draft draft, Attempt attempt, CandidateRefusal? refusal) =>
        attempt.Refusal == refusal
            ? draft
            : draft with
            {
                Record = draft.Record with
                {
                    Attempts = draft.Record.Attempts with { Current = attempt with { Refusal = refusal } },
                },
            };

    private static string Shortened(string words) =>
        words.Length <= MostWords ? words
        : char.IsHighSurrogate(words[MostWords - 1]) ? words[..(MostWords - 1)]
        : words[..MostWords];
}
