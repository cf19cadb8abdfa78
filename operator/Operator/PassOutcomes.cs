using System.Collections.Immutable;
using System.Net;
using Operator.Acting;
using Operator.Gathering;
using Operator.Planning;
using Operator.Planning.Facts;
using Operator.Planning.Output;
using Operator.Runtime;

namespace Operator;

/// <summary>One pass over a connector. <paramref name="IsLive"/>: the objects whose statuses it writes were read live.</summary>
internal readonly record struct Pass(ObjectKey Key, bool IsLive);

/// <summary>When a pass is repeated, and what of it failed.</summary>
internal sealed class PassOutcomes(
    Freshness freshness,
    CreateRefusals refusals,
    FailedWrites failures,
    TimeProvider time,
    ILogger<ConnectorReconciler> logger
)
{
    /// <summary>The most failed writes of one pass in the log; the others fail alike.</summary>
    private const int MostLogged = 5;
    private static readonly TimeSpan TellingRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RefusalRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReadRetry = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan TooLargeRetry = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ReferenceRetry = TimeSpan.FromSeconds(15);

    /// <summary>The last try is so long before <c>startBy</c>: time to commit and to create.</summary>
    private static readonly TimeSpan ToCreate = TimeSpan.FromSeconds(2);

    /// <summary>The name of the write that commits a plan.</summary>
    public const string CommitWrite = "write the record";

    /// <summary>The outcome of a pass that acted and told.</summary>
    public Outcome Of(ObjectKey key, Decided.Planned decided, ImmutableArray<FailedWrite> failed, TimeSpan? rest)
    {
        var (gathered, plan) = decided;
        var (now, wakeUp) = (time.GetUtcNow(), WakeUpOf(key, gathered, plan));
        var again = failed.IsEmpty ? wakeUp : Sooner(wakeUp, LastTry(plan, now) - now);
        return Of(new Pass(key, gathered.IsLive), failed, Sooner(again, rest)) ?? Of(gathered.Seen, plan, wakeUp, rest);
    }

    /// <summary>When to plan again; null: only a change of an object can change the plan.</summary>
    private TimeSpan? WakeUpOf(ObjectKey key, Gathered gathered, Plan plan)
    {
        var seen = gathered.Seen;
        // The refusals of this pass count, too: only the next plan writes their condition, or takes it away.
        var isRefused = !seen.Refusals.IsEmpty || !refusals.Of(key).IsEmpty;
        TimeSpan? retry =
            plan.IsStuck ? (gathered.MayHeal ? ReferenceRetry : null)
            : seen.RecordTooLarge is not null ? TooLargeRetry
            // Nothing tells us when the foreign object is gone: records are not watched.
            : seen.Record is RecordSight.Foreign ? TooLargeRetry
            : plan.IsHeldBack ? ReadRetry
            : isRefused && seen.Refusals.IsEmpty != refusals.Of(key).IsEmpty ? TellingRetry
            : isRefused || !seen.UnconfirmedPods.IsEmpty || seen.IsClockSkewed || seen.HasNoRoomForPods ? RefusalRetry
            : null;
        var now = time.GetUtcNow();
        return Sooner(isRefused ? Sooner(retry, LastTry(plan, now) - now) : retry, plan.WakeAt - now);
    }

    /// <summary>
    /// The last instant at which pods that the plan creates can be tried once more; null: there is none. So what is due never waits for a
    /// backoff until it is too late.
    /// </summary>
    public static DateTimeOffset? LastTry(Plan plan, DateTimeOffset now) =>
        plan
            .Changes.OfType<Change.CreatePod>()
            .Select(c => (DateTimeOffset?)(c.Pod.StartBy - ToCreate))
            .Where(at => at > now)
            .Min();

    /// <summary>
    /// The outcome when the commit failed, so that nothing of the plan was done. The next look is the earliest of the queue's backoff, the
    /// plan's own wake-up and the last try.
    /// </summary>
    public Outcome OfFailedCommit(ObjectKey key, Plan plan, Exception error)
    {
        var (now, write) = (time.GetUtcNow(), new FailedWrite(CommitWrite, error.Message));
        foreach (var failed in failures.Replace(key, [write]))
        {
            ReconcilerLog.WriteFailed(logger, failed.What, key, failed.Message);
        }
        return new Outcome.Failed(
            $"cannot {write.What}: {write.Message}",
            Sooner(plan.WakeAt - now, LastTry(plan, now) - now)
        )
        {
            AtLeast = (error as KubeApiException)?.RetryAfter ?? TimeSpan.Zero,
        };
    }

    /// <summary>
    /// The API server refuses the record, or answers with an error again: a single error is over before anybody reads of it.
    /// </summary>
    public bool IsRefusedCommit(ObjectKey key, KubeApiException error) =>
        error.IsRefusal
        || (
            error is { IsOverloaded: false, IsNamespaceTerminating: false, Status: not HttpStatusCode.Conflict }
            && failures.Of(key).ContainsKey(CommitWrite)
        );

    /// <summary>The outcome when no write failed. <paramref name="rest"/>: when the rest of the statuses must be written.</summary>
    private static Outcome Of(Observation seen, Plan plan, TimeSpan? wakeUp, TimeSpan? rest)
    {
        // The refusals of the pass before are in the conditions but over now, so the next plan clears them.
        var untold = seen.RefusedWrites.IsEmpty ? rest : Sooner(rest, TellingRetry);
        if (untold is { } soon && !(wakeUp < soon))
        {
            return new Outcome.Again(soon, "its status is not completely written yet");
        }
        return wakeUp is { } after ? new Outcome.Again(after, "the next slot, deadline or retry")
            : plan.IsStuck ? new Outcome.Stuck(string.Join("; ", seen.ConnectorFindings))
            : new Outcome.Done();
    }

    /// <summary>
    /// The outcome when writes failed; null: none did. An outdated read (another client wrote or deleted the object, or the cache is
    /// behind) is no failure: the next pass reads live. When that does not help, it is one. Planned runs never wait for the backoff.
    /// </summary>
    public Outcome? Of(Pass pass, ImmutableArray<FailedWrite> all, TimeSpan? again)
    {
        var key = pass.Key;
        if (all.Any(w => w.IsOutdated))
        {
            freshness.Doubt(key);
        }
        var failed = all.Where(w => !w.IsOutdated || pass.IsLive).ToList();
        foreach (var write in failures.Replace(key, failed).Take(MostLogged))
        {
            ReconcilerLog.WriteFailed(logger, write.What, key, write.Message);
        }
        if (failed.Exists(w => w.IsNamespaceTerminating))
        {
            // No object can be created in the namespace any more, and its connector will be deleted too.
            ReconcilerLog.NamespaceEnds(logger, key);
            return new Outcome.Done();
        }
        if (failed.Count == 0)
        {
            return all.IsEmpty ? null : new Outcome.Again(Sooner(TellingRetry, again) ?? TellingRetry, all[0].Message);
        }
        var next = failed.Count < all.Length ? Sooner(TellingRetry, again) : again;
        return new Outcome.Failed($"{failed.Count} writes failed, the first: {failed[0].Message}", next)
        {
            AtLeast = failed.Max(w => w.RetryAfter),
        };
    }

    public static TimeSpan? Sooner(TimeSpan? one, TimeSpan? other) => one < other || other is null ? one : other;
}
