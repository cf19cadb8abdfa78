using System.Globalization;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Testing;

namespace Operator.Planning.Tests.Endings;

/// <summary>One row of <see cref="EndTableTests"/> as a pod and an entry.</summary>
internal sealed record EndRow(string Text, Entry Entry, ObservedPod Pod, RunFacts Facts, DateTimeOffset Now)
{
    private const int Stores = 10;
    private const int Sharers = 4;
    private const string Cut = "cut";
    private static readonly DateTimeOffset Created = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan ToStart = TimeSpan.FromSeconds(1);

    public RunEnding? Ending => RunEndings.Of(Entry, Pod, Facts, new Observation { Now = Now });

    public static EndRow Read(string row)
    {
        var cells = row.Split('|', StringSplitOptions.TrimEntries);
        var (container, report, pod, cluster, mark) = (cells[0], cells[1], cells[2], cells[3], cells[4]);
        var words = cluster.Split(", ", StringSplitOptions.RemoveEmptyEntries);
        var entry = new Entry
        {
            Stores = [.. A.Stores(Stores)],
            StartBy = Created.AddSeconds(30),
            Deadline = Created.AddSeconds(30 + 60 + 60),
            Stop = mark.Length == 0 ? null : Enum.Parse<StopCause>(mark.Split(' ')[0]),
            WaitingReason = mark.Split(' ') is [_, var reason] ? reason : null,
        };
        var state = ContainerOf(container, MessageOf(report));
        var bare = PodOf(pod) with { Container = state, Containers = report == Cut ? Sharers : 1 };
        var seen = WithCluster(bare, words);
        var facts = new RunFacts(words.Contains("has reported before"), words.Contains("has run before"))
        {
            Timeout = TimeSpan.FromSeconds(60),
        };
        return new EndRow(
            row,
            entry,
            seen,
            facts,
            words.Contains("late") ? entry.Deadline.AddMinutes(5) : Created.AddMinutes(2)
        );
    }

    private static ObservedPod PodOf(string cell)
    {
        var words = cell.Split(' ', 2);
        return new ObservedPod
        {
            Name = "run",
            CreatedAt = Created,
            Phase = Enum.Parse<PodPhase>(words[0]),
            Reason = words.ElementAtOrDefault(1),
        };
    }

    private static ObservedPod WithCluster(ObservedPod pod, string[] words)
    {
        foreach (var word in words.Except(["late", "has reported before", "has run before"], StringComparer.Ordinal))
        {
            pod = word.Split(' ') switch
            {
                ["gone"] => pod with { IsGone = true },
                ["deleted", ..] => pod with { IsDeleting = true, EndAskedAt = InstantOf(word) },
                [var init, "failed"] => pod with { Init = Failed(init) },
                [_] or [_, "at", _] => pod with { Disruption = word.Split(' ')[0], EndAskedAt = InstantOf(word) },
                _ => pod with { Message = word },
            };
        }
        return pod;
    }

    private static InitSight Failed(string init) =>
        new(init, new ContainerSight.Terminated(1, "Error", "", Created + ToStart, Created + ToStart));

    /// <summary>Such as <c>deleted at 40s</c>, counted from the pod's creation.</summary>
    private static DateTimeOffset? InstantOf(string word) =>
        word.Split(" at ") is [_, var at] ? Created + SecondsOf(at) : null;

    private static ContainerSight ContainerOf(string cell, string message)
    {
        var words = cell.Split(' ');
        return words switch
        {
            ["waiting"] => new ContainerSight.Waiting("", ""),
            ["waiting", var reason] => new ContainerSight.Waiting(reason, ""),
            ["running", _] => new ContainerSight.Running(Created + ToStart),
            [var ran, var exit, var reason] => new ContainerSight.Terminated(
                int.Parse(exit, CultureInfo.InvariantCulture),
                reason,
                ran is "lost" ? "" : message,
                ran is "lost" or "1970" ? DateTimeOffset.UnixEpoch : Created + ToStart,
                ran is "lost" ? DateTimeOffset.UnixEpoch
                    : ran is "1970" ? Created + ToStart
                    : Created + ToStart + SecondsOf(ran)
            ),
            _ => throw new ArgumentException(cell, nameof(cell)),
        };
    }

    private static TimeSpan SecondsOf(string text) =>
        TimeSpan.FromSeconds(int.Parse(text.TrimEnd('s'), CultureInfo.InvariantCulture));

    private static string MessageOf(string cell) =>
        cell switch
        {
            "none" => "",
            "broken" => "#####",
            "words" => "exec: \"sync\": executable file not found in $PATH",
            Cut => "{\"v\":1,\"s\":[{\"ok\":1,\"note\":\"".PadRight(12 * 1024 / Sharers, 'x'),
            _ => WorkerReport.Of(
                Enumerable.Repeat(WorkerReport.Store(10), int.Parse(cell, CultureInfo.InvariantCulture))
            ),
        };
}
