using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Operator.Runtime;

namespace Operator.Testing;

/// <summary>What a request asks for.</summary>
public enum KubeVerb
{
    Get,
    List,
    Watch,
    Create,
    Replace,
    ReplaceStatus,
    Delete,
}

/// <summary>
/// One request. <paramref name="Number"/> counts those of one client, from 1. The name of <paramref name="Key"/> is empty for
/// collections, and its namespace for all of them.
/// </summary>
public sealed record FakeRequest(
    int Number,
    DateTimeOffset At,
    string Client,
    KubeVerb Verb,
    ResourceType Type,
    ObjectKey Key
)
{
    public bool IsWrite => Verb is not (KubeVerb.Get or KubeVerb.List or KubeVerb.Watch);

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{At:HH:mm:ss.fff} {Client}#{Number} {Verb} {Type.Plural} {Key}");
}

/// <summary>A request and what became of it, in the order in which the server dealt with them.</summary>
public sealed record JournalEntry(FakeRequest Request)
{
    /// <summary>What the server answered; null when the request never reached it.</summary>
    public HttpStatusCode? Status { get; init; }

    /// <summary>The reason of a refusal; empty for none.</summary>
    public string Reason { get; init; } = "";

    /// <summary>What the client was told in place of the answer; null: the answer.</summary>
    public string? Fault { get; init; }

    /// <summary>Whether the store changed. A replacement by an equal object changes nothing.</summary>
    public bool HasChanged { get; init; }

    public override string ToString() =>
        $"{Request} -> {(Status is { } status ? ((int)status).ToString(CultureInfo.InvariantCulture) : "lost")}"
        + (Reason.Length > 0 ? $" {Reason}" : "")
        + (Fault is null ? "" : $" ({Fault})");
}

/// <summary>Every request to the cluster. Safe for concurrent use.</summary>
public sealed class Journal
{
    private readonly Lock _gate;
    private readonly List<JournalEntry> _entries = [];

    internal Journal(Lock gate) => _gate = gate;

    public ImmutableArray<JournalEntry> Entries
    {
        get
        {
            lock (_gate)
            {
                return [.. _entries];
            }
        }
    }

    /// <summary>How many requests there were so far: a mark for <see cref="Since"/>.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Requests that ask for a change, done or not.</summary>
    public ImmutableArray<JournalEntry> Writes => [.. Entries.Where(e => e.Request.IsWrite)];

    public ImmutableArray<JournalEntry> Since(int mark)
    {
        lock (_gate)
        {
            return [.. _entries.Skip(mark)];
        }
    }

    /// <summary>Forgets everything, so that a long simulation does not keep it all.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _entries.Clear();
        }
    }

    internal void AddLocked(JournalEntry entry) => _entries.Add(entry);
}
