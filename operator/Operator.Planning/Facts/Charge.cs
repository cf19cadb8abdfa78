namespace Operator.Planning.Facts;

/// <summary>Which operator is in charge of a connector, as this operator sees it.</summary>
public enum Charge
{
    /// <summary>This operator committed the record.</summary>
    Own,

    /// <summary>No operator is in charge: the record is new, or an older version wrote it.</summary>
    Free,

    /// <summary>Another operator is in charge. This one stands back: it plans, writes and deletes nothing.</summary>
    Foreign,

    /// <summary>Another operator was in charge, and has not committed for so long that this one may take over.</summary>
    Stale,

    /// <summary>Another operator is in charge, and the settings of this one say that it takes over.</summary>
    TakenOver,
}

/// <summary>
/// The rule of charge. It decides only who tries: the compare-and-swap of the record's head decides who wins, so two operators that
/// take over at the same instant end up with one in charge.
/// </summary>
public static class Charges
{
    /// <summary>How long a claim stays fresh after the next due time.</summary>
    public static readonly TimeSpan AfterDue = TimeSpan.FromMinutes(10);

    /// <summary>The longest time from a commit to the end of its claim.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>
    /// How long before the end of its claim an operator renews it, if another operator waits for that end. Without another operator, a
    /// claim is only renewed by the next commit: an idle operator writes nothing.
    /// </summary>
    private static readonly TimeSpan RenewedBefore = TimeSpan.FromMinutes(5);

    /// <param name="self">This operator; null: it makes and heeds no claims.</param>
    /// <param name="claim">The claim in the record's head; null: there is none.</param>
    /// <param name="now">The time.</param>
    /// <param name="isClockSkewed">The clock is wrong: no claim can be called stale, and nothing can be committed.</param>
    public static Charge Of(OperatorInstance? self, OperatorClaim? claim, DateTimeOffset now, bool isClockSkewed) =>
        (self, claim) switch
        {
            (null, _) => Charge.Own,
            (_, null) => Charge.Free,
            _ when Is(claim.Operator, self.Id) => Charge.Own,
            // It could not commit its claim, and two operators would tell one status.
            _ when isClockSkewed => Charge.Foreign,
            // Two that take over from each other would take turns for ever: the one in charge stays.
            _ when Is(claim.Operator, self.TakesOver) && !Is(claim.TakesOver, self.Id) => Charge.TakenOver,
            _ when now >= claim.FreshUntil => Charge.Stale,
            _ => Charge.Foreign,
        };

    /// <summary>
    /// Until when the claim of a commit is fresh. <paramref name="nextDue"/> is the next due time that the commit knows; null: none.
    /// </summary>
    public static DateTimeOffset FreshUntil(DateTimeOffset now, DateTimeOffset? nextDue) =>
        nextDue is { } due && due + AfterDue < now + Longest ? due + AfterDue : now + Longest;

    /// <summary>When the operator in charge must renew its claim; null: no other operator waits for the end of it.</summary>
    public static DateTimeOffset? RenewAt(Observation seen) =>
        seen is { Charge: Charge.Own, Operator: not null, Claim: { } claim, ConnectorFindings.IsEmpty: true }
        && seen.Connector.Status.Conditions.Any(c => c.Type == Api.ConditionTypes.OperatorConflict)
            ? claim.FreshUntil - RenewedBefore
            : null;

    private static bool Is(string one, string other) => string.Equals(one, other, StringComparison.Ordinal);
}
