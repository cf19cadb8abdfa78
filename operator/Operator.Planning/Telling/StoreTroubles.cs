using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Outcomes;
using Operator.Planning.Record;
using Operator.Planning.Runs;
using Operator.Planning.Stores;

namespace Operator.Planning.Telling;

/// <summary>Conditions about single stores and their credentials.</summary>
internal static class StoreTroubles
{
    private const int NamesShown = 5;
    private const int MostWorst = 20;

    /// <summary>The stores that were synced longest ago first, at most 20.</summary>
    public static ImmutableArray<StoreTrouble> Worst(ImmutableArray<StaleStore> stale) =>
        [
            .. stale
                .OrderBy(s => s.Since)
                .ThenBy(s => s.Store, StringComparer.Ordinal)
                .ThenBy(s => s.Flow, StringComparer.Ordinal)
                .Take(MostWorst)
                .Select(s => new StoreTrouble
                {
                    Name = s.Store,
                    Flow = s.Flow,
                    Reason = OutcomeWords.ReasonOf(s.Last),
                    Message = OutcomeWords.Sentence(s.Last),
                    Since = ConditionDraft.Seconds(s.Since),
                }),
        ];

    /// <summary>
    /// Stores that fail while others may go well. Authentication comes first, because a person must act; then failed items, stores that
    /// workers leave out, and runs of single stores that failed.
    /// </summary>
    public static ConditionDraft? Failing(Draft draft)
    {
        var troubled = draft
            .Record.Ledgers.Select(l => new FlowTroubles(
                l.Key,
                [.. l.Value.Stores.Where(s => IsTroubled(s.Value) && draft.Roster.IsActive(s.Key))]
            ))
            .ToList();
        Func<FlowTroubles, ConditionDraft?>[] rules = [f => Auth(draft, f), Stopped, Items, LeftOut, Stalled, Alone];
        return rules.SelectMany(rule => troubled.Select(rule)).FirstOrDefault(c => c is not null);
    }

    /// <summary>A list that lost most of its stores.</summary>
    public static ConditionDraft? Dropped(Draft draft)
    {
        var drops = draft.Record.Stores.Drops;
        return drops.IsEmpty
            ? null
            : ConditionDraft.True(
                Reasons.StoresDropped,
                Reasons.StoresDropped,
                (draft.Roster.IsEmpty ? "no store is left: " : "")
                    + string.Join("; ", drops.Select(StoreDrops.Describe))
            );
    }

    /// <summary>What is wrong with the lists; Ready says the same where no store is known, so that it is one event.</summary>
    public static string ListsBroken(Draft draft) =>
        (draft.Roster.IsEmpty ? "no store is known: " : "") + string.Join("; ", draft.StoreListProblems);

    /// <summary>Both connectors have the condition, so that the user finds the other one from either.</summary>
    public static ConditionDraft? SharedSecrets(Draft draft)
    {
        var shared = draft.Seen.SharedSecrets;
        if (shared.IsEmpty)
        {
            return null;
        }
        var more = shared.Length > 1 ? $", and {shared.Length - 1} more" : "";
        return ConditionDraft.True(
            Reasons.SecretShared,
            Reasons.SecretShared,
            $"{SecretSharing.Describe(draft.Seen.Connector, shared[0])}{more}: the connector that is not Production is not run until it has its own Secrets"
        );
    }

    /// <summary>The stores of one flow with any trouble.</summary>
    private sealed record FlowTroubles(string Flow, ImmutableArray<KeyValuePair<string, StoreLedger>> Stores)
    {
        public ImmutableArray<KeyValuePair<string, StoreLedger>> Those(Func<StoreLedger, bool> isOne) =>
            [.. Stores.Where(s => isOne(s.Value))];
    }

    private static bool IsTroubled(StoreLedger store) => store.FailingClass is not null || store.IsLeftOutAgain;

    private static ConditionDraft? Auth(Draft draft, FlowTroubles flow)
    {
        var auth = flow.Those(s => s.FailingClass is [AuthPauses.AuthClass]);
        return auth.IsEmpty
            ? null
            : ConditionDraft.True(
                Reasons.StoresFailing,
                Reasons.AuthFailed,
                AuthMessage(draft, flow.Flow, [.. auth.Select(s => s.Key)])
            );
    }

    private static ConditionDraft? Items(FlowTroubles flow)
    {
        var failing = flow.Those(s => s is { FailingClass: not null, FailingReason: null });
        if (failing.IsEmpty)
        {
            return null;
        }
        var classes = failing
            .Select(s => s.Value.FailingClass)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .Select(c => ErrorClasses.Describe(c[0]))
            .ToList();
        var word = classes.Count == 1 ? "error class" : "error classes";
        return ConditionDraft.True(
            Reasons.StoresFailing,
            Reasons.StoresFailing,
            $"flow '{flow.Flow}': every item failed for {Names(failing)} ({word} {string.Join(", ", classes)}); see the log of their runs"
        );
    }

    private static ConditionDraft? LeftOut(FlowTroubles flow)
    {
        var leftOut = flow.Those(s => s.IsLeftOutAgain);
        return leftOut.IsEmpty
            ? null
            : ConditionDraft.True(
                Reasons.StoresFailing,
                Reasons.NotReached,
                $"flow '{flow.Flow}': runs end well, but on one due time after the other they leave out {Names(leftOut)}: null or nothing stands in its place in the report; see the worker's log"
            );
    }

    private static ConditionDraft? Stopped(FlowTroubles flow)
    {
        var stopped = flow.Those(s => s.FailingReason == Reasons.GuardTripped);
        return stopped.IsEmpty
            ? null
            : ConditionDraft.True(
                Reasons.StoresFailing,
                Reasons.GuardTripped,
                $"flow '{flow.Flow}': the worker stopped {Names(stopped)}, because a guard of its own tripped (\"stop\" in its report); the event and the log have its word"
            );
    }

    private static ConditionDraft? Stalled(FlowTroubles flow)
    {
        var stalled = flow.Those(s => s.FailingReason == Reasons.NoProgress);
        return stalled.IsEmpty
            ? null
            : ConditionDraft.True(
                Reasons.StoresFailing,
                Reasons.NoProgress,
                $"flow '{flow.Flow}': three runs in a row on one due time reported more work to do, and not one item done, for {Names(stalled)}; see the worker's log"
            );
    }

    private static ConditionDraft? Alone(FlowTroubles flow)
    {
        var alone = flow.Those(s => s.FailingReason is not (null or Reasons.NoProgress or Reasons.GuardTripped));
        if (alone.IsEmpty)
        {
            return null;
        }
        var reason = alone[0].Value.FailingReason;
        return ConditionDraft.True(
            Reasons.StoresFailing,
            reason ?? Reasons.StoresFailing,
            $"flow '{flow.Flow}': a run of one store failed for {Names([.. alone.Where(s => s.Value.FailingReason == reason)])}: {RoundProblems.Words(reason, detail: null, stores: 1)}"
        );
    }

    private static string AuthMessage(Draft draft, string flow, ImmutableArray<string> stores)
    {
        var secrets = string.Join(" and ", StoreKeys.Described(draft.Effective, stores[0]));
        var advice =
            secrets.Length == 0
                ? "the connector names no Secret; set spec.credentials"
                : $"check {secrets}: each must exist with valid keys (the operator can't see Secrets)";
        return $"flow '{flow}': {Names(stores)} failed to authenticate; {advice}{Pause(draft, stores)}";
    }

    /// <summary>What holds the stores, and what ends it at once.</summary>
    private static string Pause(Draft draft, ImmutableArray<string> stores)
    {
        var pauses = draft.Record.Pauses;
        if (!stores.Any(pauses.Auth.ContainsKey))
        {
            return "";
        }
        var held = pauses.Common is null
            ? "runs pause for 5 minutes to 6 hours, until one authenticates"
            : "most stores fail alike, so one due run in 5 minutes tries for all, until one authenticates";
        return $"; {held}; a SyncAction RunNow, another Secret or keyPrefix in the spec, or a new stable version ends the pauses at once";
    }

    private static string Names(ImmutableArray<KeyValuePair<string, StoreLedger>> stores) =>
        Names([.. stores.Select(s => s.Key)]);

    private static string Names(ImmutableArray<string> stores)
    {
        var names = string.Join(", ", stores.Take(NamesShown).Select(s => $"'{s}'"));
        return stores.Length switch
        {
            1 => $"store {names}",
            <= NamesShown => $"stores {names}",
            _ => $"stores {names} and {stores.Length - NamesShown} more",
        };
    }
}
