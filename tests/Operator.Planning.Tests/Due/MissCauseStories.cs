using CsCheck;
using Operator.Api;
using Operator.Planning.Calendar;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Runs;
using Operator.Planning.Tests.KnownFaults;

namespace Operator.Planning.Tests.Due;

/// <summary>A cause of a missed due time is named only where something shows it.</summary>
public sealed class MissCauseStories
{
    private const int Stores = 40;

    [Fact]
    public void Problems_of_the_connector_are_the_cause_of_what_they_kept_from_starting()
    {
        var world = A.SettledWorld();

        world.Findings = ["spec.sync: ConfigMap key 'a/b' is not there"];
        world.Run(TimeSpan.FromSeconds(65));
        world.Findings = [];
        world.Run(TimeSpan.FromSeconds(2));

        // Six or seven slots passed; the newest two could still start.
        var missed = world.Record.Plan("orders").MissedBy;
        Assert.InRange(missed.InvalidSpec, 4 * Stores, 6 * Stores);
        Assert.Equal(missed.InvalidSpec, missed.Total);
        Assert.Equal(missed.InvalidSpec, world.Last.ConnectorStatus.Flows[0].Missed.ByCause.InvalidSpec);
        Assert.Equal(StoreOutcome.MissedByInvalidSpec, Outcomes(world)[^2]);
    }

    [Fact]
    public void Problems_that_began_in_downtime_do_not_hide_it()
    {
        var world = A.SettledWorld();

        world.Now += TimeSpan.FromSeconds(100);
        world.Findings = ["spec.flows: no"];
        world.Run(TimeSpan.FromSeconds(100));
        world.Findings = [];
        world.Run(TimeSpan.FromSeconds(2));

        var missed = world.Record.Plan("orders").MissedBy;
        Assert.InRange(missed.Downtime, 7 * Stores, 9 * Stores);
        Assert.InRange(missed.InvalidSpec, 9 * Stores, 11 * Stores);
        Assert.Equal(missed.Downtime + missed.InvalidSpec, missed.Total);
    }

    [Fact]
    public void Problems_cost_one_commit_when_they_begin_and_one_when_they_end()
    {
        var world = A.SettledWorld();
        world.Findings = ["spec.flows: no"];
        world.Run(TimeSpan.FromSeconds(15));
        var commits = world.Record.Counter;
        world.Run(TimeSpan.FromSeconds(60));
        Assert.Equal(commits, world.Record.Counter);
        Assert.NotNull(world.Record.Planning.InvalidSince);

        world.Findings = [];
        world.Step();

        Assert.Equal(commits + 1, world.Record.Counter);
        Assert.Equal(world.Now, world.Record.Planning.InvalidUntil);
    }

    [Fact]
    public void Problems_of_a_new_connector_are_no_news_for_the_record()
    {
        var world = new World { Findings = ["spec.flows: no"] };

        world.Run(TimeSpan.FromSeconds(30));

        Assert.Equal(0, world.Record.Counter);
    }

    [Fact]
    public void What_nobody_planned_is_downtime()
    {
        var world = A.SettledWorld();

        world.Now += TimeSpan.FromMinutes(5);
        world.PlanningSince = world.Now;
        world.Step();

        var missed = world.Record.Plan("orders").MissedBy;
        Assert.InRange(missed.Downtime, 27 * Stores, 30 * Stores);
        Assert.Equal(missed.Downtime, missed.Total);
    }

    [Fact]
    public void What_passed_while_this_process_planned_is_not_downtime()
    {
        var world = A.SettledWorld();
        world.PlanningSince = world.Now;

        world.Now += TimeSpan.FromMinutes(5);
        world.Step();

        var missed = world.Record.Plan("orders").MissedBy;
        Assert.InRange(missed.Unknown, 27 * Stores, 30 * Stores);
        Assert.Equal(missed.Unknown, missed.Total);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Runs_that_were_due_after_the_last_plan_of_an_operator_that_died_are_downtime(bool hasDied)
    {
        var world = new World();
        var flow = A.Flow() with
        {
            Schedule = "@every 120s",
            Spread = new Duration("60s"),
            StartingDeadline = new Duration("10s"),
        };
        world.Connector = world.Connector.With(flow);
        world.Run(TimeSpan.FromSeconds(125));

        world.Now += TimeSpan.FromSeconds(90);
        world.PlanningSince = hasDied ? world.Now : new World().Now;
        world.Run(TimeSpan.FromSeconds(5));

        var missed = world.Record.Plan("orders").MissedBy;
        Assert.InRange(missed.Total, 10, 30);
        Assert.Equal(missed.Total, hasDied ? missed.Downtime : missed.Unknown);
    }

    [Fact]
    public void The_last_plan_is_noted_with_a_commit_and_forces_none()
    {
        var world = A.SettledWorld();
        world.Run(TimeSpan.FromSeconds(30), w => w.Last is { MustCommit: true });
        var noted = world.Record.Planning.PlannedAt;

        Assert.Equal(world.Now, noted);
        for (var i = 0; i < 10; i++)
        {
            world.Now += TimeSpan.FromMilliseconds(10);
            world.Step();
        }
        Assert.Equal(noted, world.Record.Planning.PlannedAt);
    }

    private sealed record Known(int? PlannedAt, int? Since, int? InvalidSince, int? InvalidUntil);

    [Fact]
    public void Each_slot_of_a_span_gets_its_own_cause() =>
        Gen.Select(
                Gen.Select(Maybe, Maybe, Maybe, Maybe).Select((a, b, c, d) => new Known(a, b, c, d)),
                Gen.Int[0, 50],
                Gen.Int[0, 60],
                Gen.Int[0, 20]
            )
            .Sample(
                (known, after, length, window) =>
                {
                    var span = new SlotSpan(At(after), At(after + length));

                    var parts = Absence
                        .Causes(DraftOf(known), new FlowPlan(), span, TimeSpan.FromSeconds(window))
                        .ToList();

                    Assert.Equal(length, parts.Sum(p => (p.Span.Until - p.Span.After).TotalSeconds), precision: 3);
                    for (var slot = after + 1; slot <= after + length; slot++)
                    {
                        var part = parts.Single(p => p.Span.After < At(slot) && At(slot) <= p.Span.Until);
                        Assert.Equal(CauseOf(known, slot, slot + window), part.Cause);
                    }
                },
                iter: 2000
            );

    private static Gen<int?> Maybe => Gen.Int[-40, 120].Select(i => i < 0 ? (int?)null : i);

    private static MissCause CauseOf(Known known, int slot, int startBy) =>
        known.InvalidSince <= startBy && !(known.InvalidUntil < slot) ? MissCause.InvalidSpec
        : known.PlannedAt >= slot || known.Since <= startBy ? MissCause.Unknown
        : MissCause.Downtime;

    private static Draft DraftOf(Known known) =>
        new(
            new Observation { PlanningSince = At(known.Since) },
            new ConnectorRecord
            {
                Planning = new PlanningBook
                {
                    PlannedAt = At(known.PlannedAt),
                    InvalidSince = At(known.InvalidSince),
                    InvalidUntil = At(known.InvalidUntil),
                },
            }
        );

    private static DateTimeOffset At(int second) => DateTimeOffset.UnixEpoch.AddYears(50).AddSeconds(second);

    private static DateTimeOffset? At(int? second) => second is { } at ? At(at) : null;

    /// <summary>The outcomes of the first store, oldest first.</summary>
    private static StoreOutcome[] Outcomes(World world)
    {
        var book = world.Record.Outcomes;
        return [.. book.Of("orders").Occasions.Select(o => book.Unpack(o)[0])];
    }
}
