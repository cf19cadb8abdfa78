using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Record;

namespace Operator.Planning.Actions;

/// <summary>Finds, adds and removes decisions about actions.</summary>
internal static class ActionBooks
{
    private const int Most = 1000;

    /// <summary>The decisions by the action's UID.</summary>
    public static Dictionary<string, DecidedAction> ByUid(this ActionBook book)
    {
        var byUid = new Dictionary<string, DecidedAction>(StringComparer.Ordinal);
        foreach (var decided in book.Decided)
        {
            byUid[decided.Uid] = decided;
        }
        return byUid;
    }

    /// <summary>The decision about an applied action with the same name and spec but another UID, for example after a restore of a backup.</summary>
    public static DecidedAction? FindTwin(this ActionBook book, SyncAction action)
    {
        var token = ActionTokens.Of(action);
        return book.Decided.LastOrDefault(d => d.State == ActionState.Applied && d.Token == token);
    }

    /// <summary>Notes that an equal action was seen again, which restarts the time that the decision is kept.</summary>
    public static ActionBook Seen(this ActionBook book, DecidedAction known, DateTimeOffset now) =>
        book with
        {
            Decided = book.Decided.Remove(known).Add(known with { SeenAgainAt = now }),
        };

    /// <summary>The action is as old as forgotten decisions, so the record cannot tell whether it was applied.</summary>
    public static bool IsForgotten(this ActionBook book, SyncAction action, DateTimeOffset now) =>
        action.Metadata.CreationTimestamp is { } made
        && (made <= book.ForgottenUpTo || made < now - ActionAges.Remembered);

    public static ActionBook With(
        this ActionBook book,
        SyncAction action,
        ActionVerdict.Settle verdict,
        DateTimeOffset now
    ) =>
        book with
        {
            Decided = book.Decided.Add(
                new DecidedAction
                {
                    Kind = ApiGroup.ActionKind,
                    Name = action.Metadata.Name,
                    Token = ActionTokens.Of(action),
                    Uid = action.Metadata.Uid,
                    CreatedAt = action.Metadata.CreationTimestamp ?? now,
                    At = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds()),
                    State = verdict.State,
                    Message = ActionTexts.Cut(verdict.Message),
                }
            ),
        };

    /// <summary>Drops decisions that are too old or above the maximum number. Forces no commit.</summary>
    public static ActionBook Trimmed(this ActionBook book, DateTimeOffset now)
    {
        var excess = Math.Max(0, book.Decided.Length - Most);
        var dropped = book
            .Decided.Where((d, i) => i < excess || d.LastSeenAt < now - ActionAges.Remembered)
            .ToImmutableArray();
        return dropped.IsEmpty
            ? book
            : book with
            {
                Decided = book.Decided.RemoveRange(dropped),
                ForgottenUpTo = dropped.Select(d => (DateTimeOffset?)d.CreatedAt).Append(book.ForgottenUpTo).Max(),
            };
    }
}
