using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Telling;

namespace Operator.Planning.Tests.Telling;

/// <summary>A condition that turns bad is one event.</summary>
public sealed class ConditionNewsTests
{
    private static readonly Condition Good = Of("Ready", "True", Reasons.Syncing, "fine");
    private static readonly Condition Bad = Of("Ready", "False", Reasons.InvalidSpec, "wrong");

    [Theory]
    [InlineData("Ready", "True", false)]
    [InlineData("Ready", "Unknown", false)]
    [InlineData("Ready", "False", true)]
    [InlineData("Reconciling", "True", false)]
    [InlineData("Stalled", "True", true)]
    [InlineData("StoresDropped", "True", true)]
    [InlineData("RolledBack", "True", true)]
    public void Only_some_conditions_are_bad(string type, string status, bool isBad) =>
        Assert.Equal(isBad, ConditionNews.IsBad(Of(type, status, "Any", "any")));

    [Fact]
    public void What_turns_bad_is_news_and_what_stays_bad_is_not()
    {
        Assert.Equal([Bad], ConditionNews.Of([Good], [Bad]));
        Assert.Equal([Bad], ConditionNews.Of([], [Bad]));
        Assert.Empty(ConditionNews.Of([Bad], [Bad with { Reason = Reasons.ClockSkew, Message = "other" }]));
        Assert.Empty(ConditionNews.Of([Bad], [Good]));
    }

    [Fact]
    public void Conditions_that_say_the_same_are_one_event()
    {
        var stalled = Of("Stalled", "True", Reasons.InvalidSpec, "wrong");

        Assert.Equal([Bad], ConditionNews.Of([], [Bad, stalled]));
        Assert.Empty(ConditionNews.Of([Bad], [Bad, stalled]));
    }

    [Fact]
    public void What_the_plan_tells_itself_is_not_told_again()
    {
        var warning = new EventNote(EventTarget.Rollout, "ItemErrorRateTooHigh", "too many", IsWarning: true);
        ImmutableArray<Condition> after =
        [
            Of("Ready", "False", Reasons.RolledBack, "rejected"),
            Of("RolledBack", "True", "ItemErrorRateTooHigh", "rejected"),
            Of("Stalled", "True", Reasons.RolledBack, "rejected"),
        ];

        Assert.Empty(ConditionNews.Of([], after, [warning]));
        Assert.Equal(Reasons.RolledBack, Assert.Single(ConditionNews.Of([], after)).Reason);
    }

    private static Condition Of(string type, string status, string reason, string message) =>
        new()
        {
            Type = type,
            Status = status,
            Reason = reason,
            Message = message,
        };
}
