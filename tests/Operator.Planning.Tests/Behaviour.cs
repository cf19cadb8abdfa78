using System.Collections.Immutable;
using Operator.Testing;

namespace Operator.Planning.Tests;

/// <summary>How a run of a version behaves. It depends only on the version's image and the stores.</summary>
public sealed record Behaviour
{
    public bool CanStart { get; init; } = true;
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Runs with this store take 20 s longer. Null: no such store.</summary>
    public string? Slow { get; init; }
    public int ExitCode { get; init; }

    /// <summary>The worker dies at this store, after it has reported the stores before. Null: no crash.</summary>
    public string? CrashesAt { get; init; }

    /// <summary>More stores at which the worker dies.</summary>
    public ImmutableHashSet<string> AlsoCrashesAt { get; init; } = [];
    public long Ok { get; init; } = 10;
    public long Failed { get; init; }
    public bool IsSilent { get; init; }

    /// <summary>Every store reports that it has more to do.</summary>
    public bool HasMore { get; init; }

    /// <summary>Every item of this store fails with <see cref="FailingClass"/>. Null: no such store.</summary>
    public string? Fails { get; init; }
    public char FailingClass { get; init; } = 'u';

    /// <summary>The worker succeeds without reaching this store. Null: no such store.</summary>
    public string? Skips { get; init; }
    public string? RawReport { get; init; }

    /// <summary>What the report says of a store. Null, and a null part: as the other members say.</summary>
    public Func<string, string?>? Says { get; init; }

    /// <summary>The kubelet rejects pods with such a store, by this word. Null: it takes all.</summary>
    public Func<string, string?>? Rejects { get; init; }

    /// <summary>More members of the report, such as <c>"calls":{"orders":3}</c>.</summary>
    public string? ReportsAlso { get; init; }

    /// <summary>Stores whose credentials the marketplace refuses.</summary>
    public ImmutableHashSet<string> LockedOut { get; init; } = [];

    /// <summary>The script of the pod: it starts after 1 s. A deleted pod ignores SIGTERM and leaves a complete report.</summary>
    public PodScript ScriptFor(ImmutableArray<string> stores)
    {
        var crashes = stores.Any(IsDeadly);
        return new PodScript
        {
            StartsAfter = CanStart ? TimeSpan.FromSeconds(1) : TimeSpan.Zero,
            IsImageMissing = !CanStart,
            Rejection = Rejects is null ? null : stores.Select(Rejects).FirstOrDefault(w => w is not null),
            RunsFor =
                Slow is { } slow && stores.Contains(slow, StringComparer.Ordinal)
                    ? Duration + TimeSpan.FromSeconds(20)
                    : Duration,
            ExitCode = crashes ? 134 : ExitCode,
            Message = ReportOf(stores),
            MessageAfter = _ => ReportOf(stores),
            StopsAfter = null,
        };
    }

    /// <summary>The same script, but the pod obeys SIGTERM at once and has reported only some stores.</summary>
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
        var reached = stores.TakeWhile(s => !IsDeadly(s)).Take(most);
        return WorkerReport.Of(reached.Select(PartOf), ReportsAlso);
    }

    private bool IsDeadly(string store) => store == CrashesAt || AlsoCrashesAt.Contains(store);

    private string PartOf(string store) =>
        Says?.Invoke(store) is { } part ? part
        : store == Skips ? WorkerReport.NotReached
        : LockedOut.Contains(store) ? WorkerReport.Failed(1, 'a')
        : store == Fails ? WorkerReport.Failed(5, FailingClass)
        : WorkerReport.Store(Ok, Failed, HasMore);
}
