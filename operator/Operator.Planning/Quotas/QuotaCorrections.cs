using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Quotas;

/// <summary>
/// Replaces the calls that a run was promised by the calls that it reports. Without a report the promised calls count as made,
/// because a killed worker may have made all of them. A run whose container never started made no calls.
/// </summary>
internal static class QuotaCorrections
{
    public static ConnectorRecord After(ConnectorRecord record, RunEnded run, QuotaTable quotas)
    {
        var (book, claim) = (record.Quotas, new Claim(run.Entry, run.Ending, run.At));
        foreach (var api in (run.Entry.Promised?.Keys ?? []).Union(run.Ending.Calls.ApiNames, StringComparer.Ordinal))
        {
            if (quotas.Find(api) is { } limit)
            {
                book = book.With(api, Corrected(book.Of(api), limit, claim).Trimmed(run.At));
            }
        }
        foreach (var limit in run.Ending.Calls.Spent.Select(quotas.Find).OfType<Limit>())
        {
            var until = limit.DayEnd(run.At).ToUnixTimeMilliseconds();
            book = book.With(limit.Api, book.Of(limit.Api) with { SpentUntil = until });
        }
        return book == record.Quotas ? record : record with { Quotas = book };
    }

    private sealed record Claim(Entry Entry, RunEnding Ending, DateTimeOffset Now)
    {
        /// <summary>The run was stopped or its pod refused before the container started.</summary>
        public bool NeverStarted =>
            Ending is { HasStarted: false, HasReport: false, Result: RunResult.NotStarted or RunResult.Infra }
            && (
                Entry.Stop == StopCause.StartTimeout
                || Ending.Reason
                    is Reasons.QuotaExceeded
                        or Reasons.AdmissionDenied
                        or Reasons.PodsRefused
                        or Reasons.ForeignPod
            );
    }

    private static ApiBook Corrected(ApiBook book, Limit limit, Claim claim)
    {
        var promised = claim.Entry.Promised?.GetValueOrDefault(limit.Api) ?? 0;
        if (limit.Scope == QuotaScope.Application)
        {
            var all = (long)promised * claim.Entry.Stores.Length;
            return Moved(
                book,
                limit,
                new Correction(Buckets.Application, all, Total(claim, limit.Api) ?? all),
                claim.Now
            );
        }
        var made = ByStore(claim, limit.Api, promised);
        return claim
            .Entry.Stores.Select((store, i) => new Correction(store, promised, made[i]))
            .Aggregate(book, (b, change) => Moved(b, limit, change, claim.Now));
    }

    private sealed record Correction(string Key, long Promised, long Made);

    private static ApiBook Moved(ApiBook book, Limit limit, Correction change, DateTimeOffset now) =>
        change.Made > change.Promised ? book.Draw(limit, change.Key, change.Made - change.Promised, now)
        : change.Made < change.Promised ? book.PutBack(limit, change.Key, change.Promised - change.Made, now)
        : book;

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
