using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Record;

namespace Operator.Planning.Quotas;

/// <summary>Admits stores of one flow when their calls can be promised, and draws the promised calls.</summary>
internal sealed class QuotaGate
{
    /// <summary>The end of a run with carried calls is an event. In case that it is missed, this is the time of the next look.</summary>
    private static readonly TimeSpan NextLook = TimeSpan.FromSeconds(5);
    private readonly ImmutableArray<(ApiUse Use, Limit Limit)> _uses;
    private readonly QuotaBook _book;
    private readonly CandidateWord _word;
    private readonly CarriedCalls _carried;
    private readonly DateTimeOffset _now;

    private QuotaGate(ImmutableArray<(ApiUse Use, Limit Limit)> uses, ConnectorRecord record, DateTimeOffset now)
    {
        (_uses, _book, _now) = (uses, record.Quotas, now);
        _word = CandidateWord.Of(record, uses.Select(u => u.Use.Api));
        _carried = CarriedCalls.Of(uses.Select(u => u.Limit), record, now);
    }

    /// <summary><paramref name="flow"/> is null when the spec no longer lists the flow. Its uses are unknown then, so no quota limits it.</summary>
    public static QuotaGate Of(QuotaTable quotas, ConnectorRecord record, Flow? flow, DateTimeOffset now) =>
        new(flow is null ? [] : quotas.Of(flow), record, now);

    public bool IsOpen => _uses.IsEmpty;

    /// <summary>The first instant at which the store can run when no other store runs before it; null: never.</summary>
    public DateTimeOffset? ReadyAt(string store) => ReadyAt(store, ahead: 0);

    /// <summary>The stores that may run now, in the given order: the first stores get the application's calls.</summary>
    public IEnumerable<string> Admit(IEnumerable<string> stores)
    {
        var admitted = 0;
        foreach (var store in stores)
        {
            if (ReadyAt(store, admitted) <= _now)
            {
                admitted++;
                yield return store;
            }
        }
    }

    /// <summary>Calls that a run of the flow is promised per store, by API; null when no quota limits the flow.</summary>
    public ImmutableSortedDictionary<string, int>? Promise =>
        _uses.IsEmpty
            ? null
            : _uses.ToImmutableSortedDictionary(u => u.Use.Api, u => u.Use.CallsPerStore, StringComparer.Ordinal);

    /// <summary>A quota of the flow counts the calls of a day.</summary>
    public bool CountsDays => _uses.Any(u => u.Limit.PerDay is not null);

    /// <summary>The first quota that holds the store back; null when none does.</summary>
    public Limit? KeptBy(string store) =>
        _uses
            .Select(u => (u.Limit, Ready: ReadyAt(u.Use, u.Limit, store, ahead: 0)))
            .FirstOrDefault(u => u.Ready is not { } ready || ready > _now)
            .Limit;

    /// <summary>The book after a draw of the promised calls for these stores.</summary>
    public QuotaBook After(IEnumerable<string> stores)
    {
        var (book, all) = (_book, stores.ToList());
        foreach (var (use, limit) in _uses)
        {
            var api = book.Of(use.Api);
            api =
                limit.Scope == QuotaScope.Application
                    ? api.Draw(limit, Buckets.Application, (long)use.CallsPerStore * all.Count, _now)
                    : all.Aggregate(api, (b, store) => b.Draw(limit, store, use.CallsPerStore, _now));
            book = book.With(use.Api, api.Trimmed(_now));
        }
        return book;
    }

    private DateTimeOffset? ReadyAt(string store, int ahead)
    {
        var ready = _now;
        foreach (var (use, limit) in _uses)
        {
            if (ReadyAt(use, limit, store, ahead) is not { } at)
            {
                return null;
            }
            ready = at > ready ? at : ready;
        }
        return ready;
    }

    private DateTimeOffset? ReadyAt(ApiUse use, Limit limit, string store, int ahead)
    {
        var book = _book.Of(use.Api);
        var (key, calls) =
            limit.Scope == QuotaScope.Application
                ? (Buckets.Application, use.CallsPerStore * (ahead + 1L))
                : (store, use.CallsPerStore);
        var ready = book.ReadyAt(limit, key, calls, _now);
        if (ready <= _now && _carried.Of(use.Api, key) is > 0 and var carried)
        {
            ready = calls + carried > book.LeftToday(limit, key, _now) ? _now + NextLook : ready;
        }
        return _word.HeldUntil(book, store) is { } until && ready < until ? until : ready;
    }
}
