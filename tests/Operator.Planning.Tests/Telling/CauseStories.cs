using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Telling;

/// <summary>What the operator found out about a failure reaches the user, in words.</summary>
public sealed class CauseStories
{
    [Theory]
    [InlineData("""{"v":1}""", "its report can't be read: it has no array \"s\"; it must be JSON")]
    [InlineData(
        """{"v":1,"s":[null,null,null,null,null,null,null,null,null,null,null]}""",
        "it names 11 stores, the run was given 10"
    )]
    [InlineData("{", "it is not JSON")]
    public void What_is_wrong_with_a_report_is_told(string report, string words)
    {
        var world = Conditions.After(new Behaviour { RawReport = report });

        Assert.Contains(words, world.Condition(Reasons.RunsFailing)?.Message, StringComparison.Ordinal);
        Assert.Contains(words, world.Ready().Message, StringComparison.Ordinal);
        Assert.Contains(world.Events, e => e.IsWarning && e.Message.Contains(words, StringComparison.Ordinal));
        Assert.Contains(words.Split("; it must")[0], world.Ended[0].Entry.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(137, "it ended with exit code 137 (SIGKILL); see its log")]
    [InlineData(1, "it ended with exit code 1; see its log")]
    public void An_exit_code_is_told_with_its_signal(int code, string words)
    {
        var world = Conditions.After(new Behaviour { ExitCode = code });

        Assert.Contains(words, world.Condition(Reasons.RunsFailing)?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_succeeds_has_no_detail()
    {
        var world = Conditions.After(new Behaviour());

        Assert.All(world.Record.Plan("orders").Entries, e => Assert.Null(e.Detail));
    }

    [Fact]
    public void Equal_details_are_stored_once()
    {
        var world = new World();
        world.Connector = A.Connector(world.Now, stores: 2000)
            .With(A.Flow() with { Schedule = "*/5 * * * *", MaxStoresPerRun = 1, MaxConcurrentRuns = 2000 });
        world.Versions[A.Good] = new Behaviour { RawReport = """{"v":1}""" };

        world.RunWhatIsDue(TimeSpan.FromMinutes(6));

        Given.That(world.Ended.Count == 2000, "runs that failed");
        var texts = world.Record.Form.Parts.Values.Select(p => System.Text.Encoding.UTF8.GetString(p.Span));
        Assert.InRange(texts.Sum(t => t.Split("it has no array").Length - 1), 1, 50);
    }

    [Fact]
    public void A_store_that_is_left_out_on_each_due_time_is_named()
    {
        var world = Conditions.After(new Behaviour { Skips = "store-001" });

        var failing = world.Condition(Reasons.StoresFailing);
        Assert.Equal(Reasons.NotReached, failing?.Reason);
        Assert.Contains("leave out store 'store-001'", failing?.Message, StringComparison.Ordinal);

        world.Versions[A.Good] = new Behaviour();
        world.Run(TimeSpan.FromSeconds(20));

        Assert.Null(world.Condition(Reasons.StoresFailing));
    }

    [Fact]
    public void A_store_that_is_left_out_once_is_no_news()
    {
        var world = new World();
        world.Versions[A.Good] = new Behaviour { Skips = "store-001" };

        world.Run(TimeSpan.FromSeconds(18));

        Given.That(world.Record.Ledger("orders").Stores["store-001"].LeftOutSince is not null, "a store left out");
        Assert.Null(world.Condition(Reasons.StoresFailing));
    }

    [Fact]
    public void An_error_class_is_told_with_its_word()
    {
        var world = Conditions.After(new Behaviour { Fails = "store-002", FailingClass = 'p' });

        Assert.Contains(
            "every item failed for store 'store-002' (error class p (policy))",
            world.Condition(Reasons.StoresFailing)?.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void No_item_failed_where_none_was_reported()
    {
        var world = new World();
        world.Connector = A.Connector(world.Now, stores: 5).With(A.Flow() with { MaxStoresPerRun = 1 });
        world.Versions[A.Good] = new Behaviour { CrashesAt = "store-003" };

        world.Run(TimeSpan.FromMinutes(1));

        var failing = world.Condition(Reasons.StoresFailing);
        Assert.Equal(Reasons.ExitCode, failing?.Reason);
        Assert.DoesNotContain("every item", failing?.Message, StringComparison.Ordinal);
        Assert.Contains("'store-003'", failing?.Message, StringComparison.Ordinal);
        Assert.Equal("True", world.Ready().Status);
    }

    [Fact]
    public void A_container_that_never_ran_is_told_in_the_runtimes_own_words()
    {
        var lab = new PodLab(10);
        var words =
            "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "
            + "unable to start container process:\n\texec: \"/nope\": stat /nope: no such file or directory: unknown";
        lab.Life = (pod, _) =>
            pod with
            {
                Phase = PodPhase.Failed,
                Container = new ContainerSight.Terminated(
                    128,
                    "StartError",
                    words,
                    DateTimeOffset.UnixEpoch,
                    pod.CreatedAt.AddSeconds(1)
                ),
            };

        lab.RunTo(lab.NextSlot.AddSeconds(10));

        var (ending, entry) = (lab.Ended[0].Ending, lab.Ended[0].Entry);
        Assert.Equal((RunResult.NotStarted, Reasons.StartError), (ending.Result, ending.Reason));
        Assert.False(ending.HasStarted);
        Assert.Null(ending.StartedAt);
        Assert.StartsWith(
            "its container could not be started: failed to create containerd task: ",
            entry.Detail,
            StringComparison.Ordinal
        );
        Assert.EndsWith("process: exec: \"/nope\": stat /nope: no such file or directory: unknown", entry.Detail);
        Assert.DoesNotContain("log", RunProblem(entry), StringComparison.Ordinal);
    }

    private static string RunProblem(Entry entry) =>
        Planning.Runs.RoundProblems.Words(entry.Reason, entry.Detail, stores: 10);
}
