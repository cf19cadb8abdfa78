using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Operator.Planning.Facts;

/// <summary>Items of one store on one run. Throttled ones are on neither side.</summary>
/// <param name="Attempted">Items, failed ones included.</param>
/// <param name="Failed">Items that failed.</param>
/// <param name="IsStopped">A guard of the worker's own tripped, so the store counts as wholly failed.</param>
public sealed record StoreCount(long Attempted, long Failed, bool IsStopped);

/// <summary>
/// What a run did, as the judge asks for it: packed into a text in the run's entry, because its pod may be gone when all first runs of the
/// occasion have ended. <c>lr12,40-3,,5!</c>: it was late; it has a report; 12 items; 40 items of which 3 failed; nothing said of the third store; 5 of the
/// fourth, which a guard stopped. A run without a report begins with <c>n</c>, so the text is empty only where nobody packed what the run did.
/// </summary>
internal sealed record RunCounts(bool HasReport, ImmutableArray<StoreCount?> Stores)
{
    private const char Late = 'l';
    private const char Reported = 'r';
    private const char NotReported = 'n';
    private const char Between = ',';
    private const char Minus = '-';
    private const char Stopped = '!';

    /// <summary>It was still live at its stores' next due time.</summary>
    public bool IsLate { get; init; }

    /// <summary>Each store by itself.</summary>
    public static string Pack(RunEnding ending, bool isLate = false) =>
        (isLate ? $"{Late}" : "") + Pack(ending.HasReport, [.. ending.Reports.Select(Of)]);

    /// <summary>All stores together, in the place of the first: of runs outside the cohort nobody asks for single stores.</summary>
    public static string PackSum(RunEnding ending)
    {
        var counts = ending.Reports.Select(Of).OfType<StoreCount>().ToList();
        return counts.Count == 0
            ? Pack(ending.HasReport, [])
            : Pack(
                ending.HasReport,
                [
                    new StoreCount(
                        counts.Sum(c => c.Attempted),
                        counts.Sum(c => c.Failed),
                        counts.Exists(c => c.IsStopped)
                    ),
                ]
            );
    }

    public static RunCounts Read(string packed, int stores)
    {
        var rest = packed.TrimStart(Late);
        var texts = rest.TrimStart(Reported).TrimStart(NotReported).Split(Between);
        return new RunCounts(
            rest.StartsWith(Reported),
            [.. Enumerable.Range(0, stores).Select(i => i < texts.Length ? ReadOne(texts[i]) : null)]
        )
        {
            IsLate = packed.StartsWith(Late),
        };
    }

    /// <summary>A store that was stopped has at least one item, and all of them failed.</summary>
    private static StoreCount? Of(StoreReport? report)
    {
        if (report is null)
        {
            return null;
        }
        var attempted = report.Ok + report.Counted;
        return report.Stop is null
            ? new StoreCount(attempted, report.Counted, IsStopped: false)
            : new StoreCount(Math.Max(1, attempted), Math.Max(1, attempted), IsStopped: true);
    }

    private static string Pack(bool hasReport, ImmutableArray<StoreCount?> stores)
    {
        var text = new StringBuilder().Append(hasReport ? Reported : NotReported);
        for (var i = 0; i < stores.Length; i++)
        {
            text.Append(i > 0 ? "," : "");
            if (stores[i] is { } count)
            {
                text.Append(CultureInfo.InvariantCulture, $"{count.Attempted}");
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"{(count.Failed > 0 && !count.IsStopped ? $"{Minus}{count.Failed}" : "")}{(count.IsStopped ? Stopped : "")}"
                );
            }
        }
        return text.ToString();
    }

    private static StoreCount? ReadOne(string text)
    {
        var isStopped = text.EndsWith(Stopped);
        var numbers = text.TrimEnd(Stopped).Split(Minus);
        return !long.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out var attempted) ? null
            : isStopped ? new StoreCount(attempted, attempted, IsStopped: true)
            : numbers.Length > 1
            && long.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out var failed)
                ? new StoreCount(attempted, failed, IsStopped: false)
            : new StoreCount(attempted, 0, IsStopped: false);
    }
}
