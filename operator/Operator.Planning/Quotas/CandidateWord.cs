using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Quotas;

/// <summary>
/// What a candidate may say about the calls of a day. One version must not stop the stores of another: only the word of a stable
/// run counts for the day. Where the cohort is all stores and no coin gives it runs on stable, no stable run can say it; then the candidate's
/// word holds the candidate's own runs, for an hour at a time, and ends with the attempt.
/// </summary>
internal sealed class CandidateWord
{
    private static readonly TimeSpan AtATime = TimeSpan.FromHours(1);
    private readonly int _attempt;
    private readonly HashSet<string> _cohort;

    private CandidateWord(int attempt, HashSet<string> cohort) => (_attempt, _cohort) = (attempt, cohort);

    public static CandidateWord Of(ConnectorRecord record, IEnumerable<string> apis) =>
        record.RunningAttempt is { } attempt
        && apis.Any(a => record.Quotas.Of(a).CandidateSpent?.Attempt == attempt.Number)
            ? new CandidateWord(attempt.Number, attempt.Order.Take(attempt.Cohort).ToHashSet(StringComparer.Ordinal))
            : new CandidateWord(0, []);

    /// <summary>Until when the store's runs wait; null: they do not.</summary>
    public DateTimeOffset? HeldUntil(ApiBook book, string store) =>
        book.CandidateSpent is { } word && word.Attempt == _attempt && _cohort.Contains(store)
            ? Buckets.At(word.Until)
            : null;

    /// <summary>The book after a candidate's run has said that the calls are used up until <paramref name="dayEnd"/>.</summary>
    public static ApiBook Heard(ConnectorRecord record, RunEnded run, ApiBook book, DateTimeOffset dayEnd)
    {
        if (
            record.RunningAttempt is not { } attempt
            || attempt.Number != run.Entry.Attempt
            || !attempt.IsWithoutCoins
            || attempt.Cohort < attempt.Order.Length
        )
        {
            return book;
        }
        var until = dayEnd - run.At < AtATime ? dayEnd : run.At + AtATime;
        // A slow run of the day before ends none of today's holds.
        var held = book.CandidateSpent is { } before && before.Attempt == attempt.Number ? before.Until : 0;
        var word = new CandidateSpent
        {
            Attempt = attempt.Number,
            Until = Math.Max(held, until.ToUnixTimeMilliseconds()),
        };
        return book with { CandidateSpent = word };
    }
}
