using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Quotas;

/// <summary>
/// Replaces the calls that a run was promised by the calls that it reports, at most those that it can have made. Without a report
/// the promised calls count as made, because a killed worker may have made all of them. A run whose container never started
/// made no calls. What a candidate counts above its promise is only its own word, as with <see cref="CandidateWord"/>: it never
/// takes calls from a day, or from the bucket that all stores share.
/// </summary>
internal static class QuotaCorrections
{
    public static ConnectorRecord After(ConnectorRecord record, RunEnded run, QuotaTable quotas)
    {
        var (book, claim) = (record.Quotas, new Claim(run, record.GraceOf(run.Entry)));
        foreach (var api in (run.Entry.Promised?.Keys ?? []).Union(run.Ending.Calls.ApiNames, StringComparer.Ordinal))
        {
            if (quotas.Find(api) is { } limit)
            {
                book = book.With(api, Corrected(book.Of(api), limit, claim).Trimmed(run.At));
            }
        }
        foreach (var limit in run.Ending.Calls.Spent.Select(quotas.Find).OfType<Limit>())
        {
            book = book.With(limit.Api, Spent(record, run, limit, book.Of(limit.Api)).Trimmed(run.At));
        }
        return book == record.Quotas ? record : record with { Quotas = book };
    }

    /// <summary>The calls are used up until the end of the day in which the run started.</summary>
    private static ApiBook Spent(ConnectorRecord record, RunEnded run, Limit limit, ApiBook book)
    {
        var dayEnd = limit.DayEnd(run.Ending.StartedAt ?? run.At);
        return run.Entry.Arm == Arm.Stable
            ? book with
            {
                SpentUntil = Math.Max(book.SpentUntil ?? 0, dayEnd.ToUnixTimeMilliseconds()),
            }
            : CandidateWord.Heard(record, run, book, dayEnd);
    }

    private sealed record Claim(RunEnded Run, TimeSpan Grace)
    {
        public Entry Entry => Run.Entry;
        public RunEnding Ending => Run.Ending;

        /// <summary>
        /// The run was stopped, or its pod refused or never created, before the container started, or the runtime could not start it.
        /// </summary>
        public bool NeverStarted =>
            Ending is { HasStarted: false, HasReport: false, Result: RunResult.NotStarted or RunResult.Infra }
            && (
                Ending.NeverStarted
                || Entry.Stop == StopCause.StartTimeout
                || Ending.Reason
                    is Reasons.QuotaExceeded
                        or Reasons.AdmissionDenied
                        or Reasons.PodsRefused
                        or Reasons.ForeignPod
                        or Reasons.NeverSeen
            );

        /// <summary>How long the run can have made calls: not longer than its timeout and the grace of its pod.</summary>
        private TimeSpan Lasted
        {
            get
            {
                var most = Entry.Deadline - Entry.StartBy + Grace;
                return Ending.Ran < most ? Ending.Ran : most;
            }
        }

        /// <param name="limit">The limit of the bucket.</param>
        /// <param name="key">The bucket.</param>
        /// <param name="promised">Calls that were promised of the bucket.</param>
        /// <param name="reported">Calls that the run reports; what the bucket can't have given is left out.</param>
        public Correction Correction(Limit limit, string key, long promised, long reported)
        {
            var made = Math.Min(reported, Math.Max(promised, limit.MostIn(Lasted) ?? promised));
            var isOwnWord = Entry.Arm == Arm.Candidate && made > promised;
            return new Correction(key, promised, isOwnWord && limit.Scope == QuotaScope.Application ? promised : made)
            {
                // A run over midnight can have made the calls of two days, but not in one of them.
                MadeInDay = isOwnWord ? promised : Math.Min(made, Math.Max(promised, limit.PerDay ?? made)),
                PromisedAt = Entry.PromisedAt,
                StartedAt = Ending.StartedAt,
            };
        }
    }

    private static ApiBook Corrected(ApiBook book, Limit limit, Claim claim)
    {
        var promised = claim.Entry.Promised?.GetValueOrDefault(limit.Api) ?? 0;
        if (limit.Scope == QuotaScope.Application)
        {
            var all = (long)promised * claim.Entry.Stores.Length;
            var total = Total(claim, limit.Api) ?? all;
            return book.Correct(limit, claim.Correction(limit, Buckets.Application, all, total), claim.Run.At);
        }
        var made = ByStore(claim, limit.Api, promised);
        return claim
            .Entry.Stores.Select((store, i) => claim.Correction(limit, store, promised, made[i]))
            .Aggregate(book, (b, change) => b.Correct(limit, change, claim.Run.At));
    }

    /// <summary>Reported calls of the run over all its stores; null when the run reports none.</summary>
    private static long? Total(Claim claim, string api)
    {
        if (claim.NeverStarted)
        {
            return 0;
        }
        var calls = claim.Ending.Calls;
        var byStore = calls.ByStore.Select(s => s.GetValueOrDefault(api)).Sum();
        return calls.Total.TryGetValue(api, out var total) ? total
            : calls.ByStore.Any(s => s.ContainsKey(api)) ? byStore
            : null;
    }

    /// <summary>
    /// Calls per store. A store's own report counts. A total of the run is shared: calls above the promise are charged to the
    /// reached stores, and calls below the promise are put back only for stores that were not reached.
    /// </summary>
    private static long[] ByStore(Claim claim, string api, int promised)
    {
        var (calls, count) = (claim.Ending.Calls, claim.Entry.Stores.Length);
        var made = Enumerable.Repeat((long)promised, count).ToArray();
        if (claim.NeverStarted)
        {
            return new long[count];
        }
        if (calls.ByStore.Any(s => s.ContainsKey(api)))
        {
            return [.. made.Select((m, i) => calls.ByStore[i].TryGetValue(api, out var own) ? own : m)];
        }
        if (!calls.Total.TryGetValue(api, out var total))
        {
            return made;
        }
        var reached = Enumerable.Range(0, count).Where(i => claim.Ending.Reports[i] is not null).ToList();
        if (count == 1 || (reached.Count > 0 && total >= (long)promised * count))
        {
            var sharers = reached.Count > 0 ? reached : [0];
            var excess = total - ((long)promised * count);
            sharers.ForEach(i => made[i] += count == 1 ? excess : (excess + sharers.Count - 1) / sharers.Count);
            return made;
        }
        var unused = ((long)promised * count) - total;
        foreach (var i in Enumerable.Range(0, count).Except(reached))
        {
            var back = Math.Min(promised, unused);
            (made[i], unused) = (made[i] - back, unused - back);
        }
        return made;
    }
}
