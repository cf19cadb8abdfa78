using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Calendar;

namespace Operator.Planning.Rollouts;

/// <summary>A judged flow, as far as its pace tells how soon it has evidence.</summary>
public sealed record FlowPace(Flow Flow)
{
    /// <summary>Items that stable attempts for one store on one occasion, at present; null: unknown.</summary>
    public double? ItemsAStore { get; init; }

    /// <summary>False: only the candidate runs it, so there is no other arm to wait for.</summary>
    public bool HasCoins { get; init; } = true;

    /// <summary>Null: the schedule can't be read, or no due time comes. Reckoned once, because a schedule may have many due times.</summary>
    internal SlotPace? Pace { get; } = Schedule.Find(Flow.Schedule, Flow.TimeZone)?.Pace();
}

/// <summary>The minimum of a step that takes longest.</summary>
public enum Bottleneck
{
    Runs,
    Items,
    Stores,
}

/// <summary>What a flow needs until the minima of a step are met, on average.</summary>
public sealed record FlowNeeds(Flow Flow, SlotPace Pace, int Groups)
{
    public required double Occasions { get; init; }

    /// <summary>What takes longest.</summary>
    public required Bottleneck Bottleneck { get; init; }

    /// <summary>The minimum that takes longest.</summary>
    public required int Minimum { get; init; }

    /// <summary>The share of the runs that go to the candidate.</summary>
    public required double Share { get; init; }

    /// <summary>Items of the candidate on one occasion; null: unknown.</summary>
    public double? Items { get; init; }

    /// <summary>Runs of the stores outside the cohort that keep their places, and so leave the cohort fewer; 0: they take none of it.</summary>
    public int PlacesOfOthers { get; init; }

    public TimeSpan Time => Times(Pace.Period);

    /// <summary>As <see cref="Time"/>, on the clock of the deadline, which counts observed occasions and no nights without any.</summary>
    public TimeSpan Waited => Times(Pace.Observed);

    private TimeSpan Times(TimeSpan each) =>
        Occasions * each.TotalSeconds < EvidenceNeeds.Longest.TotalSeconds * 100
            ? Occasions * each
            : EvidenceNeeds.Longest * 100;
}

/// <summary>What a step needs until its minima are met: each flow of its own, the slowest first.</summary>
public sealed record StepNeeds(int Cohort, ImmutableArray<FlowNeeds> Flows)
{
    /// <summary>Null: no flow is judged.</summary>
    public FlowNeeds? Slowest => Flows.FirstOrDefault();

    public TimeSpan Time => Slowest?.Time ?? TimeSpan.Zero;
}

/// <summary>
/// How long the minima of a step take by the schedule, and when its deadline is over. Averages: luck, outages and throttling may take
/// longer, and so a default deadline is twice as long.
/// </summary>
public static class EvidenceNeeds
{
    /// <summary>No deadline is longer: what takes more can't be reached.</summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    /// <summary>Coins that an occasion has where places allow: evidence is made of coins, not of items.</summary>
    private const int WantedGroups = 8;
    private static readonly TimeSpan LeastDeadline = TimeSpan.FromHours(24);

    /// <summary>
    /// The runs that a cohort has on one occasion: as many as <c>maxStoresPerRun</c> demands, else eight where the cohort has so many
    /// stores and <c>maxConcurrentRuns</c> allows it. Where the runs of all <paramref name="stores"/> have places at one time, those outside
    /// keep theirs.
    /// </summary>
    public static int GroupsAnOccasion(Flow flow, int cohort, int stores)
    {
        var places = flow.MaxConcurrentRuns - PlacesOfOthers(flow, cohort, stores);
        return Math.Max(1, Math.Max(Runs(flow, cohort), Math.Min(Math.Min(cohort, WantedGroups), places)));
    }

    private static int PlacesOfOthers(Flow flow, int cohort, int stores) =>
        Runs(flow, stores) > flow.MaxConcurrentRuns ? 0 : Runs(flow, Math.Max(0, stores - cohort));

    private static int Runs(Flow flow, int stores) =>
        (stores + flow.MaxStoresPerRun - 1) / Math.Max(1, flow.MaxStoresPerRun);

    /// <summary>Of a cohort, of so many stores. Flows whose schedule can't be read or never comes are left out.</summary>
    public static StepNeeds Of(
        RolloutSpec rollout,
        RolloutStep step,
        (int Cohort, int All) stores,
        IEnumerable<FlowPace> flows
    )
    {
        var (minima, share) = (rollout.MinimaOf(step), 1 - ControlOf(rollout));
        return new StepNeeds(
            stores.Cohort,
            [
                .. flows
                    .Select(f => Of(f, minima, stores, f.HasCoins ? share : 1))
                    .OfType<FlowNeeds>()
                    .OrderByDescending(f => f.Time),
            ]
        );
    }

    /// <summary>
    /// How long the step may wait: what the user wrote, else twice what the minima need, and no less than a day nor than twice the step's
    /// <c>minDuration</c>.
    /// </summary>
    public static TimeSpan DeadlineOf(RolloutSpec rollout, RolloutStep step, StepNeeds needs)
    {
        if (rollout.Deadlines.Evidence is { } written)
        {
            return written.Value;
        }
        var longest = Max(needs.Time, step.MinDuration.Value);
        return longest >= Longest / 2 ? Longest : Max(2 * longest, LeastDeadline);
    }

    private static FlowNeeds? Of(FlowPace pace, Minima minima, (int Cohort, int All) stores, double share)
    {
        var cohort = stores.Cohort;
        if (pace.Pace is not { } slots || cohort < 1)
        {
            return null;
        }
        var groups = GroupsAnOccasion(pace.Flow, cohort, stores.All);
        // Stable without items tells nothing of how many there will be.
        var items = pace.ItemsAStore > 0 ? pace.ItemsAStore * cohort * share : null;
        (Bottleneck What, double Occasions, int Minimum)[] waits =
        [
            (Bottleneck.Runs, ExpectedOccasions.OfRuns(minima.Runs, groups, share), minima.Runs),
            (Bottleneck.Items, items is { } each ? minima.Items / each : 0, minima.Items),
            (
                Bottleneck.Stores,
                ExpectedOccasions.OfStores(minima.Stores, cohort, share),
                Math.Min(minima.Stores, cohort)
            ),
        ];
        var longest = waits.MaxBy(w => w.Occasions);
        return new FlowNeeds(pace.Flow, slots, groups)
        {
            Occasions = longest.Occasions,
            Bottleneck = longest.What,
            Minimum = longest.Minimum,
            Share = share,
            Items = items,
            PlacesOfOthers =
                groups < Math.Min(cohort, WantedGroups) ? PlacesOfOthers(pace.Flow, cohort, stores.All) : 0,
        };
    }

    private static double ControlOf(RolloutSpec rollout) => (double)rollout.Analysis.Control.Fraction;

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
