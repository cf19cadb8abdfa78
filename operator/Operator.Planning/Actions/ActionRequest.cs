using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Drafts;

namespace Operator.Planning.Actions;

/// <summary>An action beside what there is: flows and stores that it names and that are not there.</summary>
internal sealed record ActionRequest(Draft Draft, SyncAction Action)
{
    /// <summary>
    /// A ConfigMap with stores that was applied together with the action may be seen a little later: for so long an action that
    /// names unknown stores waits.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public ActionSpec Spec => Action.Spec;
    public DateTimeOffset CreatedAt => Action.Metadata.CreationTimestamp ?? Draft.Now;

    /// <summary>The flows that it is about.</summary>
    public ImmutableArray<Flow> Flows => [.. Draft.Spec.Flows.Where(f => Spec.Flow.Length == 0 || f.Name == Spec.Flow)];

    /// <summary>The stores that it names, each once.</summary>
    public ImmutableArray<string> Stores => [.. Spec.Stores.Distinct(StringComparer.Ordinal)];

    /// <summary>What it names and is not there; null when all is.</summary>
    public ActionVerdict? Unknown()
    {
        if (Flows.IsEmpty)
        {
            var known = ActionTexts.Names([.. Draft.Spec.Flows.Select(f => f.Name)]);
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
        Draft.Roster.IsEmpty ? "it has none at all" : $"it has {ActionTexts.Stores(Draft.Roster.Names)}";
}
