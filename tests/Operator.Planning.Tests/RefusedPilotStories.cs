using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Output;
using Operator.Planning.Record;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests;

/// <summary>The API server refuses the pods of a candidate's first run, its pilot.</summary>
public sealed class RefusedPilotStories
{
    private const string Words = "the image is not signed";

    /// <summary>The store of a refused pilot runs on stable while there is time, whatever the time is.</summary>
    [Theory]
    [InlineData("4s")]
    [InlineData("10s")]
    [InlineData("20s")]
    [InlineData("26s")]
    [InlineData("2m")]
    [InlineData("4m")]
    public void No_startingDeadline_is_too_short_to_run_on_stable_instead(string startingDeadline)
    {
        var lab = Refused(RefusalKind.Admission, f => f with { StartingDeadline = new Duration(startingDeadline) });

        lab.Run(TimeSpan.FromMinutes(30));

        Assert.Equal(0, lab.Last.ConnectorStatus.Flows[0].Missed.StoreSyncs);
        Assert.Equal(AttemptOutcome.RolledBack, Assert.Single(lab.Record.Attempts.History).Outcome);
    }

    [Theory]
    [InlineData(RefusalKind.Admission, 3)]
    [InlineData(RefusalKind.Other, 3)]
    public void The_third_refusal_ends_the_attempt_with_the_servers_words(RefusalKind kind, int pilots)
    {
        var lab = Refused(kind);

        lab.Run(TimeSpan.FromMinutes(30));

        var ended = Assert.Single(lab.Record.Attempts.History);
        Assert.Equal((AttemptOutcome.RolledBack, Reasons.Of(kind)), (ended.Outcome, ended.Reason));
        Assert.Contains(Words, ended.Message, StringComparison.Ordinal);
        Assert.Equal(pilots, lab.Ended.Count(e => e.Entry.IsPilot));
    }

    /// <summary>Both versions wait for a place alike, so it is not the version's fault.</summary>
    [Fact]
    public void A_quota_that_is_used_up_ends_no_attempt_and_is_told()
    {
        var lab = Refused(RefusalKind.Quota);

        lab.Run(TimeSpan.FromMinutes(30));

        Assert.NotNull(lab.Record.RunningAttempt);
        Assert.Equal(0, lab.Last.ConnectorStatus.Flows[0].Missed.StoreSyncs);
        Assert.Equal(Reasons.CandidateRefused, lab.Last.RolloutStatus?.Attempt?.Reason);
        Assert.Contains(Words, lab.Last.RolloutStatus?.Attempt?.Message, StringComparison.Ordinal);
    }

    /// <summary>Words that name the pod would change the status with each pilot.</summary>
    [Fact]
    public void The_words_stay_the_same_while_the_reason_does()
    {
        var lab = Refused(RefusalKind.Quota);
        lab.Admit = draft => IsCandidate(draft) ? new CreateRefusal(RefusalKind.Quota, $"{draft.Name}: {Words}") : null;
        lab.Run(TimeSpan.FromMinutes(8));
        var message = lab.Last.RolloutStatus?.Attempt?.Message;

        lab.Run(TimeSpan.FromMinutes(10));

        Assert.Contains(Words, message, StringComparison.Ordinal);
        Assert.Equal(message, lab.Last.RolloutStatus?.Attempt?.Message);
    }

    /// <summary>A stable version that serves, and a candidate whose pods are refused.</summary>
    private static PodLab Refused(RefusalKind kind, Func<Flow, Flow>? flow = null)
    {
        var lab = new PodLab(4, f => (flow?.Invoke(f) ?? f) with { MaxStoresPerRun = 1 })
        {
            Rollout = new RolloutSight.Present(A.Rollout()),
            Admit = draft => IsCandidate(draft) ? new CreateRefusal(kind, Words) : null,
        };
        lab.PlanningSince = lab.Now;
        lab.Run(TimeSpan.FromMinutes(6));
        var spec = lab.Connector.Spec;
        lab.Connector = lab.Connector with { Spec = spec with { Sync = spec.Sync with { Image = A.Better } } };
        lab.Run(TimeSpan.FromMinutes(1));
        Given.That(lab.Record.RunningAttempt is not null, "an attempt");
        return lab;
    }

    private static bool IsCandidate(PodDraft draft) => draft.Revision.Sync.Image == A.Better;
}
