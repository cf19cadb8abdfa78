using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Record;

namespace Operator.Planning.Actions;

/// <summary>What is known of actions: looked up, entered, and forgotten in time.</summary>
internal static class ActionBooks
{
    private const int Most = 1000;

    /// <summary>What was decided about each object.</summary>
    public static Dictionary<string, DecidedAction> ByUid(this ActionBook book)
    {
        var byUid = new Dictionary<string, DecidedAction>(StringComparer.Ordinal);
        foreach (var decided in book.Decided)
        {
            byUid[decided.Uid] = decided;
        }
        return byUid;
    }

    /// <summary>The same name and spec was applied as another object, as when a backup is restored.</summary>
    public static DecidedAction? FindTwin(this ActionBook book, SyncAction action)
    {
        var token = ActionTokens.Of(action);
        return book.Decided.LastOrDefault(d => d.State == ActionState.Applied && d.Token == token);
    }

    /// <summary>It was asked for again: from now on it is remembered as long as if it had just been done.</summary>
    public static ActionBook Seen(this ActionBook book, DecidedAction known, DateTimeOffset now) =>
        book with
        {
            Decided = book.Decided.Remove(known).Add(known with { SeenAgainAt = now }),
        };

    /// <summary>It is as old as what was forgotten: whether it was done can't be told any more.</summary>
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

    /// <summary>Drops what is too old or too much. It needs no commit of its own.</summary>
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
