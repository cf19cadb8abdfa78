namespace Operator.Runtime;

/// <summary>The result of one reconcile. An exception is a transient failure and is retried with backoff.</summary>
public abstract record Outcome
{
    private Outcome() { }

    /// <summary>There is no work until an object changes.</summary>
    public sealed record Done : Outcome;

    /// <summary>Reconcile again after this time, even if no object changes.</summary>
    public sealed record Again(TimeSpan After, string Why) : Outcome;

    /// <summary>The reconcile can't continue until a user changes the object.</summary>
    public sealed record Stuck(string Why) : Outcome;
}
