using System.Globalization;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Marketplaces;
using Operator.Planning.Quotas;
using Operator.Planning.Record;

namespace Operator.Planning.Telling;

/// <summary>Conditions about the marketplace's quotas and API versions, present only while the problem lasts.</summary>
internal static class QuotaTroubles
{
    public static IEnumerable<ConditionDraft> Of(Draft draft)
    {
        if (Spent(draft) is { } spent)
        {
            yield return ConditionDraft.True(Reasons.QuotaSpent, Reasons.QuotaSpent, spent);
        }
        if (QuotaRules.Doubtful(draft.Spec) is { } doubt)
        {
            yield return ConditionDraft.True(Reasons.QuotaDoubtful, Reasons.QuotaDoubtful, doubt);
        }
        if (Sunsets.Of(draft.Spec).FirstOrDefault(u => Sunsets.IsNear(u.Sunset, draft.Now)) is { } use)
        {
            var date = use.Sunset.RemovedOn.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            var isOver = Sunsets.IsOver(use.Sunset, draft.Now);
            yield return ConditionDraft.True(
                Reasons.ApiSunset,
                isOver ? Reasons.ApiRemoved : Reasons.ApiSunset,
                $"flow '{use.Flow}' uses '{use.Api}', which the marketplace {(isOver ? "removed" : "removes")} on {date}; move to {use.Sunset.Instead}"
            );
        }
    }

    /// <summary>
    /// The advice when an application's calls do not suffice for all stores, so that stores take turns; null when they do.
    /// </summary>
    public static string? TooLow(Draft draft) =>
        QuotaRules.TooLow(draft.Spec, draft.Effective.Quotas, draft.Roster.Active.Length);

    private static string? Spent(Draft draft)
    {
        var instant = draft.Now.ToUnixTimeMilliseconds();
        foreach (var (api, book) in draft.Record.Quotas.Apis)
        {
            if (draft.Effective.Quotas.Find(api) is not { } limit)
            {
                continue;
            }
            var isCounted = limit.PerDay is { } most && book.Days.Values.Any(d => IsUsedUp(d, most, draft));
            if (isCounted || book.SpentUntil > instant)
            {
                return $"the day's calls of '{api}' are used up: flows that use it wait for midnight in {limit.DayZone.Id}";
            }
            if (book.CandidateSpent is { } word && word.Until > instant && IsRunning(draft, word.Attempt))
            {
                return $"the candidate says that the day's calls of '{api}' are used up, and no store runs stable to confirm it: its runs wait, an hour at a time";
            }
        }
        return null;
    }

    private static bool IsRunning(Draft draft, int attempt) =>
        draft.Policy is not null && draft.Record.RunningAttempt?.Number == attempt;

    private static bool IsUsedUp(DayCount day, long most, Draft draft) =>
        draft.Now.ToUnixTimeSeconds() < day.Ends && day.Calls >= most;
}
