using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Outcomes;
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

    /// <summary>The stores whose items all failed. Authentication comes first, because a person must act.</summary>
    public static ConditionDraft? Failing(Draft draft)
    {
        foreach (var (flow, ledger) in draft.Record.Ledgers)
        {
            var failing = ledger
                .Stores.Where(s => s.Value.FailingClass is not null && draft.Roster.IsActive(s.Key))
                .ToList();
            if (failing.Count == 0)
            {
                continue;
            }
            var auth = failing.Where(s => s.Value.FailingClass is [AuthPauses.AuthClass]).ToList();
            return auth.Count > 0
                ? ConditionDraft.True(
                    Reasons.StoresFailing,
                    Reasons.AuthFailed,
                    AuthMessage(draft, flow, [.. auth.Select(s => s.Key)])
                )
                : ConditionDraft.True(
                    Reasons.StoresFailing,
                    Reasons.StoresFailing,
                    $"flow '{flow}': every item failed for {Names([.. failing.Select(s => s.Key)])} (error class {failing[0].Value.FailingClass}); see the log of their runs"
                );
        }
        return null;
    }

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

    private static string AuthMessage(Draft draft, string flow, ImmutableArray<string> stores)
    {
        var secrets = string.Join(" and ", StoreKeys.Described(draft.Effective, stores[0]));
        var advice =
            secrets.Length == 0
                ? "the connector names no Secret; set spec.credentials"
                : $"check {secrets}: each must exist with valid keys (the operator can't see Secrets)";
        var pause = stores.Any(draft.Record.Pauses.Auth.ContainsKey)
            ? "; runs pause for 5 minutes to 6 hours, until one authenticates"
            : "";
        return $"flow '{flow}': {Names(stores)} failed to authenticate; {advice}{pause}";
    }

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
