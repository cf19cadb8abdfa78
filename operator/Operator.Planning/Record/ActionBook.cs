using System.Collections.Immutable;

namespace Operator.Planning.Record;

/// <summary>What people did by actions: what was decided about each, and what they suspend.</summary>
public sealed record ActionBook
{
    /// <summary>What was decided about each action, oldest first; for 210 days, and at most 1,000.</summary>
    public ImmutableArray<DecidedAction> Decided { get; set; } = [];

    /// <summary>When the newest action that was forgotten had been made: of what is as old, nothing is known any more.</summary>
    public DateTimeOffset? ForgottenUpTo { get; set; }

    /// <summary>What is suspended, and what lets parts of it go on, oldest first.</summary>
    public ImmutableArray<SuspensionOrder> Orders { get; set; } = [];

    internal bool IsEmpty => Decided.IsEmpty && Orders.IsEmpty && ForgottenUpTo is null;
}
