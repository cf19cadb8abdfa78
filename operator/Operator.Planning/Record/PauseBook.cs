using System.Collections.Immutable;

namespace Operator.Planning.Record;

/// <summary>Why a store does not run for a while: its credentials did not let it in.</summary>
public sealed record AuthPause
{
    /// <summary>Tries that failed in a row, each after its pause.</summary>
    public int Failures { get; set; }
    public DateTimeOffset Since { get; set; }
    public DateTimeOffset Until { get; set; }

    /// <summary>The stable revision that failed; another one may do better.</summary>
    public string Revision { get; set; } = "";

    /// <summary>The Secrets and keys that were tried; others may do better.</summary>
    public string Credentials { get; set; } = "";
}

/// <summary>Which stores don't run for a while, whatever their flows.</summary>
public sealed record PauseBook
{
    public ImmutableSortedDictionary<string, AuthPause> Auth { get; set; } =
        ImmutableSortedDictionary.Create<string, AuthPause>(StringComparer.Ordinal);

    internal bool IsEmpty => Auth.IsEmpty;
}
