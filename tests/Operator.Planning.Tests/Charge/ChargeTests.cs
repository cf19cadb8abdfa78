using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Output;
using Operator.Testing;

namespace Operator.Planning.Tests.Charge;

/// <summary>Which of two operators plans for a connector.</summary>
public sealed class ChargeTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("a", "", null, 0, false, Facts.Charge.Free)]
    [InlineData("a", "b", null, 0, false, Facts.Charge.Free)]
    [InlineData("a", "", "a", 60, false, Facts.Charge.Own)]
    [InlineData("a", "", "a", -60, false, Facts.Charge.Own)]
    [InlineData("a", "", "a", -60, true, Facts.Charge.Own)]
    [InlineData("a", "", "b", 1, false, Facts.Charge.Foreign)]
    [InlineData("a", "", "A", 1, false, Facts.Charge.Foreign)]
    [InlineData("a", "c", "b", 1, false, Facts.Charge.Foreign)]
    [InlineData("a", "", "b", 0, false, Facts.Charge.Stale)]
    [InlineData("a", "", "b", -1, false, Facts.Charge.Stale)]
    [InlineData("a", "", "b", -1, true, Facts.Charge.Foreign)]
    [InlineData("a", "b", "b", 60, false, Facts.Charge.TakenOver)]
    [InlineData("a", "b", "b", -60, false, Facts.Charge.TakenOver)]
    [InlineData("a", "b", "b", 60, true, Facts.Charge.Foreign)]
    public void The_claim_in_the_head_says_who_is_in_charge(
        string self,
        string takesOver,
        string? claimed,
        int freshForSeconds,
        bool isClockSkewed,
        Facts.Charge expected
    )
    {
        var claim = claimed is null ? null : new OperatorClaim(claimed, Now.AddSeconds(freshForSeconds));

        Assert.Equal(expected, Charges.Of(new OperatorInstance(self, takesOver), claim, Now, isClockSkewed));
    }

    [Fact]
    public void An_operator_without_an_id_heeds_no_claim() =>
        Assert.Equal(
            Facts.Charge.Own,
            Charges.Of(self: null, new OperatorClaim("b", Now.AddHours(1)), Now, isClockSkewed: false)
        );

    [Theory]
    [InlineData(5, 15)]
    [InlineData(49, 59)]
    [InlineData(50, 60)]
    [InlineData(51, 60)]
    [InlineData(1440, 60)]
    [InlineData(null, 60)]
    public void A_claim_is_fresh_until_ten_minutes_after_the_next_due_time_and_for_an_hour_at_most(
        int? dueIn,
        int freshFor
    )
    {
        DateTimeOffset? due = dueIn is { } minutes ? Now.AddMinutes(minutes) : null;

        Assert.Equal(Now.AddMinutes(freshFor), Charges.FreshUntil(Now, due));
    }

    [Fact]
    public void The_operator_that_is_not_in_charge_only_tells_it()
    {
        var seen = DueNow() with { Operator = new("a", ""), Claim = new("b", DueNow().Now.AddMinutes(12)) };

        var plan = Planner.Plan(seen);

        Assert.True(plan.StandsBack);
        Assert.False(plan.MustCommit);
        Assert.Empty(plan.Changes);
        Assert.Empty(plan.Actions);
        Assert.Empty(plan.OutdatedActions);
        Assert.Null(plan.RolloutStatus);
        Assert.Equal(seen.Claim.FreshUntil, plan.WakeAt);
        var condition = Assert.Single(plan.ConnectorStatus.Conditions, IsConflict);
        foreach (var told in new[] { "'a'", "'b'", "operator.takeOver: b", "12:12:" })
        {
            Assert.Contains(told, condition.Message, StringComparison.Ordinal);
        }
        Assert.True(Assert.Single(plan.Events).IsWarning);
    }

    [Fact]
    public void It_writes_nothing_more_once_it_is_told_however_the_claim_moves()
    {
        var seen = DueNow() with { Operator = new("a", ""), Claim = new("b", DueNow().Now.AddMinutes(12)) };
        var told = Planner.Plan(seen).ConnectorStatus;
        var connector = seen.Connector with { Status = told };

        var later = seen with
        {
            Connector = connector,
            Claim = new("b", seen.Now.AddMinutes(17)),
            Now = seen.Now.AddMinutes(5),
        };

        Assert.Same(told, Planner.Plan(later).ConnectorStatus);
        // A third operator adds nothing: the condition names the one in charge.
        Assert.Same(told, Planner.Plan(later with { Operator = new("c", "") }).ConnectorStatus);
        var other = Planner.Plan(later with { Claim = new("d", seen.Now.AddMinutes(17)) }).ConnectorStatus;
        Assert.Contains(
            "'d' is in charge",
            Assert.Single(other.Conditions, IsConflict).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void The_operator_in_charge_keeps_the_condition_for_an_hour()
    {
        var seen = Told(DueNow(), by: "b", inCharge: "a");

        Assert.Contains(Planner.Plan(seen).ConnectorStatus.Conditions, IsConflict);
        var later = seen with { Now = seen.Now.AddMinutes(61) };
        Assert.DoesNotContain(Planner.Plan(later).ConnectorStatus.Conditions, IsConflict);
    }

    [Fact]
    public void An_operator_that_takes_over_removes_what_it_said_itself()
    {
        var seen = Told(DueNow(), by: "a", inCharge: "b");

        Assert.DoesNotContain(Planner.Plan(seen).ConnectorStatus.Conditions, IsConflict);
    }

    [Theory]
    [InlineData("b", -1, "", "takes over from operator 'b', which has committed nothing")]
    [InlineData("b", 600, "b", "takes over from operator 'b', which gives way")]
    [InlineData(null, 0, "", "takes charge")]
    public void Who_takes_charge_commits_it_first(string? claimed, int seconds, string takesOver, string because)
    {
        var seen = Idle();
        var claim = claimed is null ? null : new OperatorClaim(claimed, seen.Now.AddSeconds(seconds));

        var plan = Planner.Plan(seen with { Operator = new("a", takesOver), Claim = claim });

        Assert.False(plan.StandsBack);
        Assert.True(plan.MustCommit);
        Assert.Contains(because, plan.Because, StringComparison.Ordinal);
    }

    [Fact]
    public void The_operator_in_charge_commits_nothing_for_its_claim()
    {
        var seen = Idle() with { Operator = new("a", ""), Claim = new("a", Idle().Now.AddHours(-1)) };

        Assert.False(Planner.Plan(seen).MustCommit);
    }

    [Fact]
    public void It_renews_its_claim_while_another_one_waits_for_the_end_of_it()
    {
        var seen = Told(Idle(), by: "b", inCharge: "a");
        var inTime = seen with { Claim = new("a", seen.Now.AddMinutes(6)) };
        var soon = seen with { Claim = new("a", seen.Now.AddMinutes(5)) };

        Assert.False(Planner.Plan(inTime).MustCommit);
        Assert.True(Planner.Plan(inTime).WakeAt <= seen.Now.AddMinutes(1));
        Assert.True(Planner.Plan(soon).MustCommit);
    }

    [Fact]
    public void An_operator_that_refuses_the_connector_does_not_take_a_free_one()
    {
        var seen = Idle() with { Operator = new("a", ""), ConnectorFindings = ["it is bad"] };
        Given.That(seen.Record is RecordSight.Found { Record.Planning.InvalidSince: null }, "a record");

        var plan = Planner.Plan(seen with { Record = new RecordSight.Fresh("r", seen.Now) });

        Assert.False(plan.MustCommit);
    }

    [Fact]
    public void A_wrong_clock_takes_over_nothing()
    {
        var seen = DueNow();
        var stale = seen with
        {
            Operator = new("a", ""),
            Claim = new("b", seen.Now.AddHours(-2)),
            IsClockSkewed = true,
        };

        Assert.True(Planner.Plan(stale).StandsBack);
    }

    [Fact]
    public void A_wrong_clock_takes_over_nothing_even_if_the_settings_say_so()
    {
        var seen = DueNow();
        var given = seen with
        {
            Operator = new("a", "b"),
            Claim = new("b", seen.Now.AddMinutes(10)),
            IsClockSkewed = true,
        };

        Assert.True(Planner.Plan(given).StandsBack);
    }

    [Fact]
    public void An_operator_that_refuses_the_connector_takes_over_nothing_that_another_one_serves()
    {
        var seen = DueNow();
        var given = seen with
        {
            Operator = new("a", "b"),
            Claim = new("b", seen.Now.AddMinutes(10)),
            ConnectorFindings = ["it is bad"],
        };

        Assert.True(Planner.Plan(given).StandsBack);
    }

    [Fact]
    public void A_lost_record_is_recovered_by_the_operator_in_charge_only()
    {
        var seen = DueNow() with
        {
            Record = new RecordSight.Lost("its head was restored", "r2", DueNow().Now, Revisions: null, Attempts: null),
            Operator = new("a", ""),
        };

        Assert.True(Planner.Plan(seen with { Claim = new("b", seen.Now.AddMinutes(1)) }).StandsBack);
        Assert.True(Planner.Plan(seen with { Claim = new("a", seen.Now.AddMinutes(1)) }).MustCommit);
    }

    private static bool IsConflict(Condition condition) => condition.Type == ConditionTypes.OperatorConflict;

    /// <summary>Operator a, and the status in which one of two operators told of the other.</summary>
    private static Observation Told(Observation seen, string by, string inCharge)
    {
        var conflict = seen with { Operator = new(by, ""), Claim = new(inCharge, seen.Now.AddHours(1)) };
        var status = Planner.Plan(conflict).ConnectorStatus;
        return seen with
        {
            Connector = seen.Connector with { Status = status },
            Operator = new("a", ""),
            Claim = new("a", seen.Now.AddHours(1)),
        };
    }

    /// <summary>A world in which runs are due now.</summary>
    private static Observation DueNow()
    {
        var world = A.SettledWorld();
        for (var i = 0; i < 60; i++)
        {
            var seen = world.Observe();
            if (Planner.Plan(seen).Changes.OfType<Change.CreatePod>().Any())
            {
                return seen;
            }
            world.Step();
            world.Now += TimeSpan.FromSeconds(1);
        }
        throw new InvalidOperationException("no due time came");
    }

    /// <summary>A world in which nothing is to be done for hours.</summary>
    private static Observation Idle()
    {
        var world = new World();
        var flow = world.Connector.Spec.Flows[0] with { Schedule = "0 3 * * *" };
        world.Connector = world.Connector with { Spec = world.Connector.Spec with { Flows = [flow] } };
        world.Run(TimeSpan.FromSeconds(5));
        var seen = world.Observe();
        Given.That(!Planner.Plan(seen).MustCommit, "nothing to commit");
        return seen;
    }
}
