namespace Operator.Runtime;

/// <summary>How one reconcile ended. Anything thrown is transient and backs off.</summary>
public abstract record Outcome
{
    private Outcome() { }

    /// <summary>Nothing to do until something changes.</summary>
    public sealed record Done : Outcome;

    /// <summary>Come again after a while, even if nothing changes.</summary>
    public sealed record Again(TimeSpan After, string Why) : Outcome;

    /// <summary>Nothing can be done until a user changes the object.</summary>
    public sealed record Stuck(string Why) : Outcome;
}
