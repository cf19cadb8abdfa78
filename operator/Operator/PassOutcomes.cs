using System.Collections.Immutable;
using Operator.Acting;
using Operator.Gathering;
using Operator.Planning;
using Operator.Planning.Facts;
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
    private static readonly TimeSpan ReferenceRetry = TimeSpan.FromSeconds(30);

    /// <summary>When to plan again; null: only a change of an object can change the plan.</summary>
    public TimeSpan? WakeUpOf(ObjectKey key, Gathered gathered, Plan plan)
    {
        var seen = gathered.Seen;
        // The refusals of this pass count, too: only the next plan writes their condition.
        var isRefused = !seen.Refusals.IsEmpty || !refusals.Of(key).IsEmpty;
        TimeSpan? retry =
            plan.IsStuck ? (gathered.MayHeal ? ReferenceRetry : null)
            : seen.RecordTooLarge is not null ? TooLargeRetry
            // Nothing tells us when the foreign object is gone: records are not watched.
            : seen.Record is RecordSight.Foreign ? TooLargeRetry
            : plan.IsHeldBack ? ReadRetry
            : isRefused || !seen.UnconfirmedPods.IsEmpty || seen.IsClockSkewed || seen.HasNoRoomForPods ? RefusalRetry
            : null;
        return Sooner(retry, plan.WakeAt - time.GetUtcNow());
    }

    /// <summary>The outcome when no write failed. <paramref name="rest"/>: when the rest of the statuses must be written.</summary>
    public static Outcome Of(Observation seen, Plan plan, TimeSpan? wakeUp, TimeSpan? rest)
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
