using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Rollouts;

namespace Operator.Planning.Telling;

/// <summary>
/// The condition that the API server refuses sync pods. It stays from one due time to the next and through a restart, though the program
/// knows a refusal only while the record waits for its pod: otherwise each due time would turn it bad again.
/// </summary>
internal static class RefusalTeller
{
    /// <summary>Null: no pod is refused, and the newest due time did not end for it.</summary>
    public static ConditionDraft? Of(Draft draft, PodIndex pods)
    {
        var refusals = CandidateRefusals.OfOthers(draft);
        if (!refusals.IsEmpty)
        {
            var (pod, refusal) = refusals.First();
            return Refused(Reasons.Of(refusal.Kind), Words(pod, refusal));
        }
        var closed = draft.Record.Plans.Values.Select(p => p.Problem).FirstOrDefault(p => IsRefusal(p?.Reason));
        if (closed is null || IsAccepted(draft, pods))
        {
            return null;
        }
        var before = draft.Seen.Connector.Status.Conditions.FirstOrDefault(c =>
            c is { Type: Reasons.PodsRefused, Status: "True" } && c.Reason == closed.Reason
        );
        return Refused(closed.Reason, before?.Message ?? closed.Message);
    }

    /// <summary>The newest due time of a flow synced nothing, because its pods were refused.</summary>
    public static bool IsTotal(FlowPlan plan, ConditionDraft refused) =>
        plan.Problem is { IsTotal: true } problem && problem.Reason == refused.Reason;

    private static bool IsRefusal(string? reason) =>
        reason is Reasons.QuotaExceeded or Reasons.AdmissionDenied or Reasons.PodsRefused;

    /// <summary>A pod of a newer due time was created, and none is refused.</summary>
    private static bool IsAccepted(Draft draft, PodIndex pods) =>
        draft.Record.Plans.Any(plan =>
            plan.Value.Occasions.Any(o =>
                !o.IsClosed && o.Entries.Any(e => e.Result is null && pods.Find(plan.Key, o, e) is not null)
            )
        );

    /// <summary>Each due time has other pods, so the server's words are told without the name.</summary>
    private static string Words(string pod, CreateRefusal refusal) =>
        $"the API server refuses to create sync pods: {refusal.Message.Replace(pod, "…", StringComparison.Ordinal)}";

    private static ConditionDraft Refused(string reason, string message) =>
        ConditionDraft.True(Reasons.PodsRefused, reason, message);
}
