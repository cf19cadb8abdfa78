using System.Collections.Immutable;
using Operator.Testing;

namespace Operator.Planning.Tests;

/// <summary>How a run of a version behaves: a pure function of the version's image and the stores.</summary>
public sealed record Behaviour
{
    public bool CanStart { get; init; } = true;
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(2);
    public int ExitCode { get; init; }

    /// <summary>The store at which the worker dies, having reported those before it.</summary>
    public string? CrashesAt { get; init; }
    public long Ok { get; init; } = 10;
    public long Failed { get; init; }
    public bool IsSilent { get; init; }

    /// <summary>Every store says that it has more to do.</summary>
    public bool HasMore { get; init; }

    /// <summary>Every item of this store fails, with <see cref="FailingClass"/>.</summary>
    public string? Fails { get; init; }
    public char FailingClass { get; init; } = 'u';

    /// <summary>The worker ends well without having come to this store.</summary>
    public string? Skips { get; init; }
    public string? RawReport { get; init; }

    /// <summary>More members of the report, such as <c>"calls":{"orders":3}</c>.</summary>
    public string? ReportsAlso { get; init; }

    /// <summary>Stores that the marketplace does not let in.</summary>
    public ImmutableHashSet<string> LockedOut { get; init; } = [];

    /// <summary>What its pod does: it starts after a second, and if it is deleted it is killed, with its report complete.</summary>
    public PodScript ScriptFor(ImmutableArray<string> stores)
    {
        var crashes = CrashesAt is { } store && stores.Contains(store);
        return new PodScript
        {
            StartsAfter = CanStart ? TimeSpan.FromSeconds(1) : TimeSpan.Zero,
            IsImageMissing = !CanStart,
            RunsFor = Duration,
            ExitCode = crashes ? 134 : ExitCode,
            Message = ReportOf(stores),
            MessageAfter = _ => ReportOf(stores),
            StopsAfter = null,
        };
    }

    /// <summary>The same, but it obeys when it is told to end, and has reported only so many stores by then.</summary>
    public PodScript StoppedScriptFor(ImmutableArray<string> stores, int reported) =>
        ScriptFor(stores) with
        {
            StopsAfter = TimeSpan.Zero,
            MessageAfter = _ => ReportOf(stores, reported),
        };

    private string ReportOf(ImmutableArray<string> stores, int most = int.MaxValue)
    {
        if (RawReport is { } raw)
        {
            return raw;
        }
        if (IsSilent || ExitCode != 0)
        {
            return "";
        }
        var reached = stores.TakeWhile(s => s != CrashesAt).Take(most);
        return WorkerReport.Of(reached.Select(PartOf), ReportsAlso);
    }

    private string PartOf(string store) =>
        store == Skips ? WorkerReport.NotReached
        : LockedOut.Contains(store) ? WorkerReport.Failed(1, 'a')
        : store == Fails ? WorkerReport.Failed(5, FailingClass)
        : WorkerReport.Store(Ok, Failed, HasMore);
}
