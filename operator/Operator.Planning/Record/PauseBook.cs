using System.Collections.Immutable;

namespace Operator.Planning.Record;

/// <summary>A pause of a store that could not authenticate.</summary>
public sealed record AuthPause
{
    /// <summary>Failed tries in a row. Failures during a pause are not counted.</summary>
    public int Failures { get; set; }
    public DateTimeOffset Since { get; set; }
    public DateTimeOffset Until { get; set; }

    /// <summary>The stable revision that failed. A new stable revision ends the pause.</summary>
    public string Revision { get; set; } = "";

    /// <summary>Hash of the references to the Secrets and keys that failed. A change of the references ends the pause.</summary>
    public string Credentials { get; set; } = "";
}

/// <summary>Paused stores. A pause applies to all flows of the store.</summary>
public sealed record PauseBook
{
    public ImmutableSortedDictionary<string, AuthPause> Auth { get; set; } =
        ImmutableSortedDictionary.Create<string, AuthPause>(StringComparer.Ordinal);

    /// <summary>
    /// Start of the newest run in which a store authenticated that did not pause. Pauses that began after this instant may have one cause.
    /// Kept only while stores pause; null: no such run is known.
    /// </summary>
    public DateTimeOffset? GotInAt { get; set; }

    /// <summary>Most stores pause alike; null: each store pauses for itself.</summary>
    public CommonPause? Common { get; set; }

    /// <summary>When the newest pause of a store ended that pauses no more, as long as a due time is open that came before this end.</summary>
    public ImmutableSortedDictionary<string, DateTimeOffset> Ended { get; set; } =
        ImmutableSortedDictionary.Create<string, DateTimeOffset>(StringComparer.Ordinal);

    internal bool IsEmpty => Auth.IsEmpty && Ended.IsEmpty;

    /// <summary>The book without what says nothing any more, now that some stores do not pause.</summary>
    internal PauseBook With(ImmutableSortedDictionary<string, AuthPause> auth) =>
        auth.IsEmpty ? new PauseBook { Ended = Ended }
        : Common is { } common && !auth.Values.Any(common.Covers) ? this with { Auth = auth, Common = null }
        : this with { Auth = auth };
}
