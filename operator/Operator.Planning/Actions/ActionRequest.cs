using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Drafts;

namespace Operator.Planning.Actions;

/// <summary>An action and the draft, to find the flows and stores that the action names.</summary>
internal sealed record ActionRequest(Draft Draft, SyncAction Action)
{
    /// <summary>
    /// Time that an action with unknown stores waits, because the operator may see a ConfigMap with these stores later than the
    /// action.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public ActionSpec Spec => Action.Spec;
    public DateTimeOffset CreatedAt => Action.Metadata.CreationTimestamp ?? Draft.Now;

    /// <summary>The flows that the action applies to, without those that stand still.</summary>
    public ImmutableArray<Flow> Flows => [.. Draft.Spec.Flows.Where(f => Spec.Flow.Length == 0 || f.Name == Spec.Flow)];

    /// <summary>The stores that the action names, without duplicates.</summary>
    public ImmutableArray<string> Stores => [.. Spec.Stores.Distinct(StringComparer.Ordinal)];

    /// <summary>The verdict when the action names an unknown flow or store; null when all exist.</summary>
    public ActionVerdict? Unknown()
    {
        if (Spec.Flow.Length > 0 && !Draft.Effective.IsListed(Spec.Flow))
        {
            var known = ActionTexts.Names([.. Draft.Effective.ListedFlows.Select(f => f.Name)]);
            return ActionVerdict.Reject(Draft, $"there is no flow '{Spec.Flow}'; the connector has {known}");
        }
        var strangers = Stores.Where(s => Draft.Roster.Find(s) is null).ToImmutableArray();
        if (strangers.IsEmpty)
        {
            return null;
        }
        var problem = $"the connector has no {ActionTexts.Stores(strangers)}; {Known()}";
        var until = CreatedAt + Patience;
        return !Draft.Spec.StoresFrom.IsEmpty && Draft.Now < until
            ? new ActionVerdict.Wait(problem, until)
            : ActionVerdict.Reject(Draft, problem);
    }

    private string Known() =>
        Draft.Roster.IsEmpty ? "it has no stores" : $"it has {ActionTexts.Stores(Draft.Roster.Names)}";
}
