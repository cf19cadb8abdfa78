using Operator.Planning.Credentials;

namespace Operator.Planning.Scheduling;

/// <summary>What keeps single stores from running although they are due: nothing of it is the version's.</summary>
internal static class StoreHolds
{
    /// <summary>The store may run now.</summary>
    public static bool Allows(Draft draft, string store) => !AuthPauses.Holds(draft, store);

    /// <summary>The store will not run within the occasion: nobody need wait for it.</summary>
    public static bool Skips(Draft draft, Occasion occasion, string store) =>
        AuthPauses.HoldsUntil(draft, store, occasion.StartBy);

    /// <summary>When a store that is held now may run within its occasion.</summary>
    public static IEnumerable<DateTimeOffset> Ends(Draft draft) => draft.Record.Pauses.Auth.Values.Select(p => p.Until);
}
