using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Steps;

namespace Operator.Planning.Tests.Reports;

/// <summary>A fold that throws, whatever the cause, stops no other run.</summary>
public sealed class PoisonedRunTests
{
    private const string Api = "orders.searchOrders";

    [Fact]
    public void A_run_whose_fold_throws_is_unreadable_and_the_others_are_folded()
    {
        var folded = Fold("""{"v":1,"s":[{"ok":1}],"calls":{"orders.searchOrders":3}}""");

        var poisoned = Assert.Single(folded, f => f.Entry.Index == 0);
        Assert.Equal((RunResult.Failed, Reasons.ReportUnreadable), (poisoned.Ending.Result, poisoned.Ending.Reason));
        Assert.StartsWith("what its pod wrote can't be folded: ", poisoned.Ending.Detail, StringComparison.Ordinal);
        Assert.NotNull(poisoned.Ending.Fault);
        Assert.Equal(10, poisoned.Entry.NotReached.Length);
        Assert.All(folded.Where(f => f != poisoned), f => Assert.Equal(RunResult.Succeeded, f.Ending.Result));
    }

    [Fact]
    public void The_same_run_is_folded_as_usual_when_nothing_throws()
    {
        var folded = Fold("""{"v":1,"s":[{"ok":1}]}""");

        Assert.Null(Assert.Single(folded, f => f.Entry.Index == 0).Ending.Fault);
    }

    /// <summary>The quota book of the record is broken, so a run that reports calls can't be folded.</summary>
    private static ImmutableArray<RunEnded> Fold(string firstReport)
    {
        var seen = Folds.WithFirstReport(Folds.WithEndedRuns().Observe(), firstReport);
        var spec = seen.Connector.Spec;
        var uses = spec.Flows[0] with { Uses = [new ApiUse { Api = Api }] };
        seen = seen with { Connector = seen.Connector with { Spec = spec with { Flows = [uses] } } };
        var broken = new ApiBook { FullAt = null! }; // this is what throws
        var record = ((RecordSight.Found)seen.Record).Record;
        var quotas = new QuotaBook { Apis = record.Quotas.Apis.SetItem(Api, broken) };
        var draft = new Draft(seen, record with { Quotas = quotas });

        return Folding.Fold(draft, PodIndex.Of(new Api.ObjectMeta { Name = "amazon-eu" }, record, seen.Pods)).Folded;
    }
}
