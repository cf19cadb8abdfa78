using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Calendar;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>
/// The places of cohort stores that are away: gone, suspended, wrong, or pausing for credentials. After two due times a place passes to the next
/// store in the order, by a commit, so that a step does not wait for ever; the cohort never grows by it. See decision 0043.
/// </summary>
internal static class CohortPlaces
{
    private const int MostNamed = 3;
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromHours(24);
    private static readonly TimeSpan OneTick = TimeSpan.FromTicks(1);

    /// <summary>Notes which stores of the cohort are away since when, and which came back.</summary>
    public static Draft Note(Draft draft)
    {
        if (draft.Record.RunningAttempt is not { } attempt || draft.Spec.Suspend)
        {
            return draft;
        }
        var presence = Presence.Of(draft, attempt);
        var away = attempt
            .Order.Take(attempt.Cohort)
            .Where(s => !presence.IsThere(s))
            .Select(s => KeyValuePair.Create(s, attempt.Away.GetValueOrDefault(s, draft.Now)))
            .ToImmutableSortedDictionary(StringComparer.Ordinal);
        draft = Await(draft, attempt, away.Values);
        if (away.Keys.SequenceEqual(attempt.Away.Keys, StringComparer.Ordinal))
        {
            return draft;
        }
        var noted = attempt with { Away = away };
        var back = attempt.Away.Keys.Where(s => !away.ContainsKey(s)).ToList();
        if (back.Count > 0)
        {
            var cohort = attempt.Order.Take(attempt.Cohort).ToHashSet(StringComparer.Ordinal);
            back.RemoveAll(s => !cohort.Contains(s) || IsHandled(draft.Record, s));
        }
        // A store that came back without a run of the candidate is awaited like one that joined.
        noted =
            back.Count == 0
                ? noted
                : noted with
                {
                    Appended = [.. noted.Appended.Union(back, StringComparer.Ordinal)],
                    AppendedDwell = attempt.Dwelled,
                };
        return draft.Decide(
            Attempts.With(draft.Record, noted),
            $"{away.Count} stores of attempt {attempt.Number}'s cohort are away"
        );
    }

    /// <summary>Passes the places of stores that have been away for longer than two due times to the next stores in the order.</summary>
    public static Draft PassOn(Draft draft)
    {
        if (
            draft.Record.RunningAttempt is not { PausedOn: null, Away.IsEmpty: false } attempt
            || draft.Policy is not { Metadata.DeletionTimestamp: null }
            || draft.Seen.Desired is not DesiredContent.Formed
            || draft.Spec.Suspend
        )
        {
            return draft;
        }
        var presence = Presence.Of(draft, attempt);
        var takers = Takers(attempt, presence);
        var passed = Leaving(draft, attempt, presence).Zip(takers, (from, to) => (From: from, To: to)).ToList();
        if (passed.Count == 0)
        {
            return draft;
        }
        if (!draft.MayWiden)
        {
            return draft.HoldBack();
        }
        var message =
            $"attempt {attempt.Number}: {Named(presence, passed)}; the cohort stays at {attempt.Cohort} of {attempt.Order.Length} stores";
        return draft
            .Widen()
            .Decide(Attempts.With(draft.Record, With(attempt, passed)), message)
            .Tell(EventTarget.Rollout, Reasons.PlacePassedOn, message);
    }

    /// <summary>How many stores of the cohort can run the candidate now, and how many can once the places of the others have passed on.</summary>
    public static (int Now, int Then) Present(Draft draft, Attempt attempt)
    {
        var presence = Presence.Of(draft, attempt);
        var now = attempt.Order.Take(attempt.Cohort).Count(presence.IsThere);
        return now == attempt.Cohort
            ? (now, now)
            : (now, now + Takers(attempt, presence).Take(attempt.Cohort - now).Count());
    }

    /// <summary>The number of active stores in the cohort.</summary>
    public static int Active(Draft draft, Attempt attempt) =>
        attempt.Order.Take(attempt.Cohort).Count(draft.Roster.IsActive);

    /// <summary>
    /// At least half of the cohort had runs of the candidate and pauses for credentials now. Their places don't pass on: a version that
    /// burns single-use tokens would walk through all stores. Where the stores outside pause as well, the version is not the cause; where there are
    /// none, nothing is left to walk to.
    /// </summary>
    public static bool IsMostlyPaused(Draft draft, Attempt attempt)
    {
        var pauses = draft.Record.Pauses.Auth;
        if (pauses.IsEmpty || 2 * pauses.Count < attempt.Cohort)
        {
            return false;
        }
        var (cohort, outside) = (attempt.Order.Take(attempt.Cohort).ToList(), attempt.Order[attempt.Cohort..]);
        return 2 * outside.Count(pauses.ContainsKey) < outside.Length
            && 2 * cohort.Count(s => pauses.ContainsKey(s) && IsHandled(draft.Record, s)) >= cohort.Count;
    }

    /// <summary>
    /// How many stores that joined or came back the promotion waits for: each needs one ended run of the candidate, or the step one dwell
    /// more.
    /// </summary>
    public static int Awaited(Draft draft, Attempt attempt, RolloutStep step)
    {
        if (attempt.Appended.IsEmpty)
        {
            return 0;
        }
        var period = DuePeriod(draft, attempt);
        var dwell = step.MinDuration.Value > period ? step.MinDuration.Value : period;
        if (attempt.Dwelled - attempt.AppendedDwell >= dwell)
        {
            return 0;
        }
        var presence = Presence.Of(draft, attempt);
        return attempt.Appended.Count(s => !IsHandled(draft.Record, s) && presence.IsThere(s));
    }

    /// <summary>The flows that the verdict is about: those that joined during the attempt are left out.</summary>
    public static IEnumerable<Flow> Judged(Draft draft, Attempt attempt) =>
        draft.Spec.Flows.Where(f => attempt.JudgedFlows.Contains(f.Name, StringComparer.Ordinal));

    /// <summary>As <see cref="Judged"/>, by name, and also those that stand still: nothing is promoted without evidence of them.</summary>
    public static IEnumerable<string> JudgedNames(Draft draft, Attempt attempt) =>
        draft
            .Effective.ListedFlows.Select(f => f.Name)
            .Distinct(StringComparer.Ordinal)
            .Where(f => attempt.JudgedFlows.Contains(f, StringComparer.Ordinal));

    private static Draft Await(Draft draft, Attempt attempt, IEnumerable<DateTimeOffset> since)
    {
        var passesAfter = PassesAfter(draft, attempt);
        return draft.Await(since.Select(at => at + passesAfter + OneTick).Where(at => at > draft.Now));
    }

    /// <summary>Two due times of the least frequent judged flow.</summary>
    private static TimeSpan PassesAfter(Draft draft, Attempt attempt) => 2 * DuePeriod(draft, attempt);

    private static TimeSpan DuePeriod(Draft draft, Attempt attempt)
    {
        var period = Judged(draft, attempt).Select(f => PeriodOf(f, draft.Now)).DefaultIfEmpty().Max();
        return period < LongestPeriod ? period : LongestPeriod;
    }

    /// <summary>Zero for a schedule that ends, or that can't be parsed: a connector with problems may have one.</summary>
    private static TimeSpan PeriodOf(Flow flow, DateTimeOffset now) =>
        Schedule.Find(flow.Schedule, flow.TimeZone) is { } schedule && schedule.Next(now) is { } slot
            ? schedule.Period(slot)
            : TimeSpan.Zero;

    /// <summary>The stores that can take places, in their order. Without coins those are no takers that stay on stable until the promotion.</summary>
    private static IEnumerable<string> Takers(Attempt attempt, Presence presence) =>
        attempt.Order.Skip(attempt.Cohort).Where(presence.IsThere).SkipLast(Attempts.KeptOnStableOf(attempt));

    /// <summary>In the order of their places.</summary>
    private static IEnumerable<string> Leaving(Draft draft, Attempt attempt, Presence presence)
    {
        var passesAfter = PassesAfter(draft, attempt);
        var longAway = attempt
            .Away.Where(s => draft.Now - s.Value > passesAfter)
            .Select(s => s.Key)
            .ToHashSet(StringComparer.Ordinal);
        if (longAway.Count == 0)
        {
            return [];
        }
        var live = Live(draft.Record, attempt);
        bool KeepsPlace(string store) =>
            live.Contains(store) || (presence.IsWanted(store) && IsHandled(draft.Record, store));
        return attempt.Order.Take(attempt.Cohort).Where(s => longAway.Contains(s) && !KeepsPlace(s));
    }

    /// <summary>Each taker gets the place; the store that left goes to the end of the order.</summary>
    private static Attempt With(Attempt attempt, List<(string From, string To)> passed)
    {
        var taken = passed.ToDictionary(p => p.From, p => p.To, StringComparer.Ordinal);
        var takers = taken.Values.ToHashSet(StringComparer.Ordinal);
        return attempt with
        {
            Order =
            [
                .. attempt.Order.Where(s => !takers.Contains(s)).Select(s => taken.GetValueOrDefault(s, s)),
                .. passed.Select(p => p.From),
            ],
            Away = attempt.Away.RemoveRange(taken.Keys),
            Appended = attempt.Appended.RemoveAll(taken.ContainsKey),
        };
    }

    private static string Named(Presence presence, List<(string From, string To)> passed)
    {
        var named = passed
            .Take(MostNamed)
            .Select(p => $"the place of store '{p.From}', which {presence.WhyAway(p.From)}, passes to '{p.To}'");
        var more = passed.Count > MostNamed ? $", and {passed.Count - MostNamed} more" : "";
        return string.Join(", ", named) + more;
    }

    /// <summary>The store has had an ended run of the running attempt's candidate.</summary>
    private static bool IsHandled(ConnectorRecord record, string store) =>
        record.Ledgers.Values.Any(l => l.Stores.GetValueOrDefault(store)?.CandidateFrom is not null);

    /// <summary>Stores in a run of the candidate that has not ended.</summary>
    private static HashSet<string> Live(ConnectorRecord record, Attempt attempt) =>
        record
            .Plans.Values.SelectMany(p => p.Entries)
            .Where(e => e.Attempt == attempt.Number && e.Result is null)
            .SelectMany(e => e.Stores)
            .ToHashSet(StringComparer.Ordinal);
}
