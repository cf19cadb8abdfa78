namespace Operator.Runtime;

/// <summary>The result of one reconcile. An exception is a transient failure and is retried with backoff.</summary>
public abstract record Outcome
{
    private Outcome() { }

    /// <summary>There is no work until an object changes.</summary>
    public sealed record Done : Outcome;

    /// <summary>Reconcile again after this time, even if no object changes.</summary>
    public sealed record Again(TimeSpan After, string Why) : Outcome;

    /// <summary>
    /// A part of the reconcile failed. Reconcile again after the queue's backoff, but not before <see cref="AtLeast"/>; and in any
    /// case after <paramref name="After"/> (null: no such time), because the rest of the work must not wait for a growing backoff.
    /// </summary>
    public sealed record Failed(string Why, TimeSpan? After) : Outcome
    {
        /// <summary>How long a server asked us to wait. Default: zero.</summary>
        public TimeSpan AtLeast { get; init; }
    }

    /// <summary>The reconcile can't continue until a user changes the object.</summary>
    public sealed record Stuck(string Why) : Outcome;
}
