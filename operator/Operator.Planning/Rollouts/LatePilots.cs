using System.Collections.Immutable;
using System.Globalization;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>
/// Pilots whose container does not start in their time. That proves nothing against the version: the kubelet may still wait for a registry
/// that is slow. But it costs the pilot's store due times, as long as its pod is there, so it is told at once, and the next pilot is another
/// store's.
/// </summary>
internal static class LatePilots
{
    /// <summary>The stores of the cohort: the one after the last pilot that did not start comes first.</summary>
    public static IEnumerable<string> InTurn(Attempt attempt)
    {
        var cohort = attempt.Order.Take(attempt.Cohort);
        var first = attempt.NextPilot < attempt.Cohort ? attempt.NextPilot : 0;
        return cohort.Skip(first).Concat(cohort.Take(first));
    }

    /// <summary>
    /// The stores that may be the pilot's now, of those that are free. The store of the last late pilot is not, as long as another one of the
    /// cohort can be: it is free first, on the due time that it has missed, while the others are done.
    /// </summary>
    public static HashSet<string> Free(Draft draft, ImmutableArray<string> free)
    {
        var stores = free.ToHashSet(StringComparer.Ordinal);
        if (
            draft.Record.RunningAttempt is { NextPilot: > 0 and var next } attempt
            && next <= attempt.Cohort
            && attempt.Order[next - 1] is var last
            && attempt.Order.Take(attempt.Cohort).Any(s => s != last && IsHere(draft, s))
        )
        {
            stores.Remove(last);
        }
        return stores;
    }

    private static bool IsHere(Draft draft, string store) =>
        draft.Roster.IsActive(store) && !draft.Record.Pauses.Auth.ContainsKey(store);

    /// <summary>Notes whose turn it is when a pilot ended that was stopped before its start.</summary>
    public static Draft After(Draft draft, RunEnded run) =>
        run is { Entry: { IsPilot: true, Stop: StopCause.StartTimeout } pilot, Ending.HasStarted: false }
        && draft.Record.RunningAttempt is { } attempt
        && attempt.Number == pilot.Attempt
            ? draft with
            {
                Record = Attempts.With(
                    draft.Record,
                    attempt with
                    {
                        NextPilot = attempt.Order.IndexOf(pilot.Stores.FirstOrDefault() ?? "") + 1,
                    }
                ),
            }
            : draft;

    /// <summary>
    /// Tells that the pilot is stopped, or what its kubelet says of it since then: once for each reason. What keeps a container from
    /// starting for sure stays told.
    /// </summary>
    public static Draft Tell(Draft draft, Entry pilot, ObservedPod pod)
    {
        var reason = ContainerWaits.ReasonOf(pod);
        if (
            draft.Record.RunningAttempt is not { } attempt
            || attempt.Number != pilot.Attempt
            || attempt.Refusal?.Reason == reason
            || ContainerWaits.IsOwnFault(attempt.Refusal?.Reason)
        )
        {
            return draft;
        }
        var words = Words(pod, draft.Now);
        var refusal = new CandidateRefusal
        {
            Reason = reason,
            Words = words,
            At = draft.Now,
            IsStableAccepted = true,
        };
        return draft
            .Decide(
                Attempts.With(draft.Record, attempt with { Refusal = refusal }),
                $"the pilot of attempt {attempt.Number} did not start in time"
            )
            .Tell(
                EventTarget.Rollout,
                reason,
                $"Attempt {attempt.Number}, revision {attempt.Revision}: the first run of the candidate did not start in time: {words}",
                isWarning: true
            );
    }

    /// <summary>A container of the candidate runs, so what was told of pilots that had not started is over.</summary>
    public static Attempt AfterStart(Attempt attempt) =>
        attempt with
        {
            HasStarted = true,
            Refusal = attempt.Refusal is { Count: 0 } ? null : attempt.Refusal,
        };

    private static string Words(ObservedPod pod, DateTimeOffset now)
    {
        var seconds = Math.Round((now - pod.CreatedAt).TotalSeconds);
        var told = ContainerWaits.DetailOf(pod);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"its container has not started after {seconds} s{(told.Length == 0 ? "" : $": {told}")}"
        );
    }
}
