using System.Text.Json;
using Operator.Planning.Judging;
using Operator.Planning.Record;

namespace Operator.Planning.Tests.Judging;

/// <summary>The judge says what its reference said, occasion by occasion.</summary>
public sealed class GoldenVectorTests
{
    public static TheoryData<string> Stories => [.. GoldenVectors.StoryNames];

    public static TheoryData<string> Joints => [.. GoldenVectors.JointNames];

    [Theory]
    [MemberData(nameof(Stories))]
    public void A_story_is_told_as_by_the_reference(string name)
    {
        var at = 0;
        foreach (var (expected, flow, verdict) in GoldenVectors.Play(name))
        {
            AssertSame(expected, flow, verdict, $"{name}, occasion {at++}");
        }
    }

    [Theory]
    [MemberData(nameof(Joints))]
    public void Flows_are_joined_as_by_the_reference(string name)
    {
        var story = GoldenVectors.Joint(name);
        var (policy, cohort) = (new JudgePolicy(), story.GetProperty("cohort").GetInt32());
        var fleet = story.GetProperty("fleet").GetInt32();
        var trials = new Dictionary<string, FlowTrial>();
        foreach (var told in story.GetProperty("occasions").EnumerateArray())
        {
            foreach (var flow in told.GetProperty("flows").EnumerateObject())
            {
                var before = trials.GetValueOrDefault(flow.Name) ?? Judge.Begin(fleet, new Reporting(true, true));
                var occasion = new SettledOccasion { Runs = GoldenVectors.RunsOf(flow.Value, share: 0.5) };
                trials[flow.Name] = Judge.Settle(before, occasion, policy);
            }

            var verdict = Judge.Decide([.. trials.Select(t => new FlowCase(t.Key, t.Value, policy))], cohort);

            var expected = told.GetProperty("expect");
            Assert.Equal(expected.GetProperty("verdict").GetString(), verdict.Verdict.Kind);
            Assert.Equal(expected.GetProperty("reason").GetString(), verdict.Verdict.Reason);
            Assert.Equal(expected.GetProperty("flow").GetString(), verdict.Flow);
            AssertNear(expected, "evidence", verdict.Evidence, name);
        }
    }

    [Fact]
    public void Coins_fall_as_in_the_reference()
    {
        foreach (var row in GoldenVectors.Coins.EnumerateArray())
        {
            var (salt, flow, occasion, store) = (Text("salt"), Text("flow"), Text("occasion"), Text("store"));

            Assert.Equal(row.GetProperty("u").GetDouble(), Coin.Point(salt, flow, occasion, store));
            var coin = Coin.Flip(salt, flow, occasion, store, row.GetProperty("share").GetDouble());
            Assert.Equal(Text("arm"), coin.Arm == Arm.Candidate ? "candidate" : "stable");

            string Text(string name) => row.GetProperty(name).GetString()!;
        }
    }

    private static void AssertSame(JsonElement expected, FlowCase flow, RolloutVerdict verdict, string where)
    {
        var (trial, policy) = (flow.Trial, flow.Policy);
        var trouble = trial.Trouble == Trouble.None ? null : trial.Trouble.ToString();
        Assert.True(expected.GetProperty("trouble").GetString() == trouble, $"{where}: trouble {trouble}");
        Assert.True(expected.GetProperty("rounds").GetInt32() == trial.Rounds, $"{where}: rounds {trial.Rounds}");
        Assert.True(expected.GetProperty("unequal").GetBoolean() == trial.IsSuspected, $"{where}: suspicion");
        var isOver = trial.Candidate.IsOver(trial.Stable, policy.MaxErrorRate, 1 + policy.MaxIncrease);
        Assert.True(expected.GetProperty("over").GetBoolean() == isOver, $"{where}: over {isOver}");
        var isLosing = Evidence.OwnBetsAreLosing(trial);
        Assert.True(expected.GetProperty("losing").GetBoolean() == isLosing, $"{where}: losing {isLosing}");
        AssertNear(expected, "evidence", verdict.Evidence, where);
        AssertNear(expected, "volume", Evidence.Volume(trial), where);
        AssertNear(expected, "spoils", trial.SpoilsNextRun.Wealth, where);
        AssertNear(expected, "loses", Evidence.LosesRuns(trial), where);
        var (parts, own) = (expected.GetProperty("parts"), Evidence.PartsOf(trial));
        AssertNear(parts, "more", own.More, where);
        AssertNear(parts, "twice", own.Twice, where);
        AssertNear(parts, "whole", own.Whole, where);
        AssertNear(parts, "less", own.Less, where);
        AssertNear(parts, "store", own.Stores, where);
        Assert.True(expected.GetProperty("verdict").GetString() == verdict.Verdict.Kind, $"{where}: {verdict}");
        Assert.True(expected.GetProperty("reason").GetString() == verdict.Verdict.Reason, $"{where}: {verdict}");
    }

    private static void AssertNear(JsonElement of, string name, double value, string where)
    {
        var expected = of.GetProperty(name).GetDouble();
        Assert.True(
            Math.Abs(expected - value) <= 1e-9 * Math.Abs(expected),
            FormattableString.Invariant($"{where}: {name} is {value:R}, the reference has {expected:R}")
        );
    }
}
