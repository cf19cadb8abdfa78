namespace Operator.Runtime;

/// <summary>When a lease may be released at the end of a term: never while a write of the term may still be executed.</summary>
internal enum LeaseRelease
{
    /// <summary>The work has ended by itself, so no write is under way.</summary>
    AtOnce,

    /// <summary>The work was cut off at shutdown. The server may still execute its last writes, for the time of the longest one.</summary>
    AfterLateWrites,

    /// <summary>The lease is another's, or it runs out when the last late write can have arrived.</summary>
    None,
}
