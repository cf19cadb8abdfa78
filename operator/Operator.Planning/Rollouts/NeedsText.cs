using System.Diagnostics;
using System.Globalization;
using Operator.Api;

namespace Operator.Planning.Rollouts;

/// <summary>Says how long a step's minima take, and by which numbers.</summary>
public static class NeedsText
{
    /// <summary>From here on a fraction of a due time says nothing more.</summary>
    private const double Many = 10;

    /// <summary>One sentence for the status; empty when no flow is judged.</summary>
    public static string Of(StepNeeds needs) =>
        needs.Slowest is { } slowest
            ? $"the step's minima take {Occasions(slowest)} of flow '{slowest.Flow.Name}', {Time(slowest.Time)}: {Arithmetic(slowest, needs.Cohort)}"
            : "";

    /// <summary>Such as "3 to 4 due times".</summary>
    public static string Occasions(FlowNeeds needs)
    {
        var (least, most) = (Math.Max(1, Math.Floor(needs.Occasions)), Math.Max(1, Math.Ceiling(needs.Occasions)));
        return needs.Occasions >= Many ? Invariant($"some {Math.Round(needs.Occasions):0} due times")
            : most <= 1 ? "one due time"
            : least < most ? Invariant($"{least:0} to {most:0} due times")
            : Invariant($"{most:0} due times");
    }

    /// <summary>Such as "about 4 days".</summary>
    public static string Time(TimeSpan time) =>
        time.TotalDays >= 2 ? Invariant($"about {Math.Round(time.TotalDays):0} days")
        : time.TotalHours >= 2 ? Invariant($"about {Math.Round(time.TotalHours):0} hours")
        : time.TotalMinutes >= 2 ? Invariant($"about {Math.Round(time.TotalMinutes):0} minutes")
        : Invariant($"about {Math.Max(1, Math.Round(time.TotalSeconds)):0} seconds");

    /// <summary>Beside a time, what of it counts for a deadline; empty where that is all of it.</summary>
    public static string OnClock(FlowNeeds needs) =>
        Time(needs.Waited) == Time(needs.Time)
            ? ""
            : $" ({Time(needs.Waited)} for the deadline, which counts no longer breaks such as nights)";

    /// <summary>Where the number comes from.</summary>
    public static string Arithmetic(FlowNeeds needs, int cohort)
    {
        var flow = needs.Flow;
        var control = needs.Share < 1 ? $", {Percent(1 - needs.Share)} of them on stable" : "";
        var others = needs.PlacesOfOthers > 0 ? $", {needs.PlacesOfOthers} of them for the other stores" : "";
        var runs =
            $"{Count(needs.Groups, "run")} on each due time, every {Every(needs.Pace.Period)} ({Count(cohort, "store")}, maxStoresPerRun {flow.MaxStoresPerRun}, maxConcurrentRuns {flow.MaxConcurrentRuns}{others}){control}";
        return needs.Bottleneck switch
        {
            Bottleneck.Runs when needs.Share < 1 => $"{Count(needs.Minimum, "run")} of each arm are needed, of {runs}",
            Bottleneck.Runs => $"{Count(needs.Minimum, "run")} of the candidate are needed, of {runs}",
            Bottleneck.Items =>
                $"{Count(needs.Minimum, "item")} of the candidate are needed, of {Rounded(needs.Items ?? 0)} on each due time, every {Every(needs.Pace.Period)}, at stable's present volume",
            Bottleneck.Stores => $"{Count(needs.Minimum, "store")} on the candidate are needed, of {runs}",
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>Such as <c>36h</c>, rounded up to what people would write.</summary>
    public static Duration Written(TimeSpan time) =>
        time.TotalHours > 1
            ? new Duration(Invariant($"{Math.Ceiling(time.TotalHours):0}h"))
            : new Duration(Invariant($"{Math.Ceiling(Math.Max(1, time.TotalMinutes)):0}m"));

    private static string Every(TimeSpan period) =>
        period.TotalHours >= 2 ? Invariant($"{period.TotalHours:0.#}h")
        : period.TotalMinutes >= 2 ? Invariant($"{period.TotalMinutes:0.#}m")
        : Invariant($"{period.TotalSeconds:0.#}s");

    private static string Percent(double share) => Invariant($"{share * 100:0.##}%");

    /// <summary>Two digits: a volume that hardly changes shall not change the sentence.</summary>
    private static string Rounded(double items)
    {
        if (items < 1)
        {
            return "less than 1";
        }
        var unit = Math.Pow(10, Math.Max(0, Math.Floor(Math.Log10(items)) - 1));
        return Invariant($"some {Math.Round(items / unit) * unit:0}");
    }

    private static string Count(int number, string what) => Invariant($"{number} {what}{(number == 1 ? "" : "s")}");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
