using System.Collections.Immutable;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Output;

/// <summary>
/// The difference between the committed record and the cluster. It depends on the state only, not on how it came about, so
/// a crash between commit and changes leads to the same changes again.
/// </summary>
internal static class Changes
{
    public static ImmutableArray<Change> Of(Draft draft, PodIndex pods)
    {
        var creates = Creates(draft, pods).ToList();
        var running = draft.Record.RunningAttempt;
        var ticket = running is null ? null : PodNames.Ticket(draft.Record.Id, running.Number);
        var changes = ImmutableArray.CreateBuilder<Change>();
        foreach (var stale in draft.Seen.Tickets.Where(t => t.Name != ticket))
        {
            changes.Add(new Change.DeleteTicket(stale.Name));
        }
        if (
            running is not null
            && ticket is not null
            && creates.Exists(c => c.Ticket is not null)
            && !IsThere(draft, ticket)
        )
        {
            changes.Add(new Change.CreateTicket(ticket, running.Number));
        }
        changes.AddRange(creates.Select(c => new Change.CreatePod(c)));
        changes.AddRange(Deletions(draft, pods));
        return changes.ToImmutable();
    }

    /// <summary>Pods that the record allows to delete.</summary>
    public static ImmutableArray<Change> Deletions(Draft draft, PodIndex pods) =>
        [
            .. Expired(draft, pods),
            .. Prunable.Pods(draft, pods).Select(p => new Change.DeletePod(p.Name, p.Uid, "its occasion is closed")),
        ];

    private static bool IsThere(Draft draft, string ticket) => draft.Seen.Tickets.Any(t => t.Name == ticket);

    /// <summary>Entries without a pod that may still be created now.</summary>
    private static IEnumerable<PodDraft> Creates(Draft draft, PodIndex pods)
    {
        foreach (var flow in draft.Spec.Flows)
        {
            foreach (var occasion in draft.Record.Plan(flow.Name).Occasions.Where(o => !o.IsClosed))
            {
                foreach (var entry in occasion.Entries.Where(e => IsToBeMade(e, draft.Now)))
                {
                    var isOfEndedAttempt = entry.Attempt != 0 && entry.Attempt != draft.Record.RunningAttempt?.Number;
                    if (
                        !isOfEndedAttempt
                        && pods.Find(flow.Name, occasion, entry) is null
                        && draft.Record.Revisions.Find(entry.Revision) is { } revision
                    )
                    {
                        yield return PodDrafting.Of(draft, new PodDrafting.Run(flow, occasion, entry, revision));
                    }
                }
            }
        }
    }

    private static bool IsToBeMade(Entry entry, DateTimeOffset now) =>
        entry is { Result: null, Stop: null }
        && now <= entry.StartBy
        && (entry.NotBefore is not { } notBefore || now >= notBefore);

    private static IEnumerable<Change> Expired(Draft draft, PodIndex pods)
    {
        foreach (var (flow, plan) in draft.Record.Plans)
        {
            foreach (var occasion in plan.Occasions)
            {
                foreach (var entry in occasion.Entries.Where(e => e is { Result: null, Stop: not null }))
                {
                    if (pods.Find(flow, occasion, entry) is { IsGone: false, IsDeleting: false } pod)
                    {
                        yield return new Change.DeletePod(pod.Name, pod.Uid, entry.Stop.ToString()!); // Stop is not null here
                    }
                }
            }
        }
    }
}
