using System.Collections.Immutable;
using System.Globalization;
using Operator.Api;

namespace Operator.Planning.Rollouts;

/// <summary>
/// Names in <c>spec.cohort</c> that the connector does not have. They are told and passed over: a store may leave at any time, and that stops no
/// rollout.
/// </summary>
public static class CohortChecks
{
    /// <summary>The rollout must be valid by itself. A suspended store is one of the stores.</summary>
    public static ImmutableArray<Finding> Check(RolloutSpec rollout, IReadOnlyCollection<Store> stores)
    {
        var names = stores.Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
        return Check(rollout, stores, names.Contains);
    }

    internal static ImmutableArray<Finding> Check(
        RolloutSpec rollout,
        IReadOnlyCollection<Store> stores,
        Func<string, bool> isStore
    )
    {
        var (cohort, connector) = (rollout.Cohort, rollout.ConnectorRef.Name);
        return
        [
            .. Unknown("first", cohort.First, isStore, s => NoStore(s, connector)),
            .. Unknown("last", cohort.Last, isStore, s => NoStore(s, connector)),
            .. Unknown(
                "strata",
                cohort.Strata,
                l => stores.Any(s => s.Labels.ContainsKey(l)),
                l => NoLabel(l, connector)
            ),
        ];
    }

    private static string NoStore(string name, string connector) =>
        $"'{name}' is no store of connector '{connector}' and is passed over; correct or remove it";

    private static string NoLabel(string name, string connector) =>
        $"no store of connector '{connector}' has a label '{name}', so it tells no stores apart; correct or remove it";

    private static IEnumerable<Finding> Unknown(
        string list,
        ImmutableArray<string> named,
        Func<string, bool> isKnown,
        Func<string, string> message
    ) =>
        named
            .Index()
            .Where(n => !isKnown(n.Item))
            .Select(n => new Finding(
                string.Create(CultureInfo.InvariantCulture, $"spec.cohort.{list}[{n.Index}]"),
                message(n.Item)
            )
            {
                IsAdvice = true,
            });
}
