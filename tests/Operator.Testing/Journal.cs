using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Operator.Runtime;

namespace Operator.Testing;

/// <summary>The operation of a request.</summary>
public enum KubeVerb
{
    Get,
    List,
    Watch,
    Create,
    Replace,
    PatchStatus,
    Delete,
}

/// <summary>
/// One request. <paramref name="Number"/> counts the client's requests from 1. In <paramref name="Key"/> the name is empty for
/// a collection, and the namespace is empty for all namespaces.
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

/// <summary>A request and its result.</summary>
public sealed record JournalEntry(FakeRequest Request)
{
    /// <summary>The server's answer; null when the request never reached the server.</summary>
    public HttpStatusCode? Status { get; init; }

    /// <summary>The reason of a refusal; empty: no refusal.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The fault that the client got instead of the answer; null: the client got the answer.</summary>
    public string? Fault { get; init; }

    /// <summary>Whether the stored objects changed. A replacement by an equal object changes nothing.</summary>
    public bool HasChanged { get; init; }

    public override string ToString() =>
        $"{Request} -> {(Status is { } status ? ((int)status).ToString(CultureInfo.InvariantCulture) : "lost")}"
        + (Reason.Length > 0 ? $" {Reason}" : "")
        + (Fault is null ? "" : $" ({Fault})");
}

/// <summary>Every request to the cluster, in the order in which the server handled them. Safe for concurrent use.</summary>
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

    /// <summary>The number of requests so far, which is also a mark for <see cref="Since"/>.</summary>
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

    /// <summary>Write requests, successful or not.</summary>
    public ImmutableArray<JournalEntry> Writes => [.. Entries.Where(e => e.Request.IsWrite)];

    public ImmutableArray<JournalEntry> Since(int mark)
    {
        lock (_gate)
        {
            return [.. _entries.Skip(mark)];
        }
    }

    /// <summary>Drops all entries, so that a long simulation does not fill the memory.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _entries.Clear();
        }
    }

    internal void AddLocked(JournalEntry entry) => _entries.Add(entry);
}
