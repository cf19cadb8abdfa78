using Operator.Gathering;
using Operator.Planning;
using Operator.Runtime;

namespace Operator;

/// <summary>What a pass over a connector is to do.</summary>
internal abstract record Decided
{
    private Decided() { }

    public sealed record Planned(Gathered Gathered, Plan Plan) : Decided;

    /// <summary>
    /// Nothing may be planned: the connector is gone, is being deleted or can't be read. <paramref name="IsLive"/>: a live read that
    /// was necessary says so.
    /// </summary>
    public sealed record Barred(ConnectorRead Read, bool IsLive) : Decided;
}

/// <summary>
/// Plans from the caches, or from live reads when the caches are in doubt or the plan gives more stores other content. When the live
/// reads fail, the plan comes from the caches all the same, but starts, widens and promotes nothing: what runs does not wait for
/// objects that nobody can read.
/// </summary>
internal sealed class Decider(Gatherer gatherer, LiveReads live, Freshness freshness)
{
    public async Task<Decided> DecideAsync(ObjectKey key, CancellationToken ct)
    {
        string? failure = null;
        if (freshness.IsInDoubt(key))
        {
            (var decided, failure) = await TryLiveAsync(key, ct);
            if (decided is not null)
            {
                return decided;
            }
        }
        var read = await gatherer.ConnectorAsync(key, ct);
        if (read.Plannable is not { } connector)
        {
            return new Decided.Barred(read, IsLive: false);
        }
        var gathered = await gatherer.GatherAsync(connector, isLive: false, ct);
        var plan = Planner.Plan(Holding(gathered, failure).Seen);
        if (plan.Widens)
        {
            (var decided, failure) = await TryLiveAsync(key, ct);
            if (decided is not null)
            {
                return decided;
            }
            plan = Planner.Plan(Holding(gathered, failure).Seen);
        }
        return new Decided.Planned(Holding(gathered, failure), plan);
    }

    private static Gathered Holding(Gathered gathered, string? failure) =>
        failure is null ? gathered : gathered with { Seen = gathered.Seen with { LiveReadFailure = failure } };

    /// <summary>Exactly one of the two results is null.</summary>
    private async Task<(Decided? Decided, string? Failure)> TryLiveAsync(ObjectKey key, CancellationToken ct)
    {
        try
        {
            return (await LiveAsync(key, ct), null);
        }
        catch (Exception e) when (e.IsFailedCall())
        {
            return (null, FailedCalls.Words(e));
        }
    }

    private async Task<Decided> LiveAsync(ObjectKey key, CancellationToken ct)
    {
        var read = await live.ConnectorAsync(key, ct);
        if (read.Plannable is not { } connector)
        {
            freshness.Settle(key, read);
            return new Decided.Barred(read, IsLive: true);
        }
        var gathered = await gatherer.GatherAsync(connector, isLive: true, ct);
        freshness.Settle(key, read);
        return new Decided.Planned(gathered, Planner.Plan(gathered.Seen));
    }
}
