using Operator.Planning;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Outcomes;
using Operator.Planning.Record;
using Operator.Runtime;

namespace Operator.Telling;

/// <summary>
/// Logs one line per store and run, and per store that an occasion left out, so that old outcomes can be explained after the
/// pods are gone. A due time that passed while the operator could not plan gets one line for all stores, because after a long
/// downtime there are many.
/// </summary>
internal sealed partial class RunLog(ILogger<RunLog> logger)
{
    public void Tell(ObjectKey connector, Plan plan)
    {
        foreach (var run in plan.Folded)
        {
            Tell(connector, run);
        }
        foreach (var left in plan.LeftOut)
        {
            Tell(connector, left);
        }
    }

    private void Tell(ObjectKey connector, RunEnded run)
    {
        if (run.Ending.Fault is { } fault)
        {
            Log.Poisoned(logger, connector, run.Flow, run.Occasion.Id, run.PodName, fault);
        }
        var outcomes = run.Entry.OutcomesOf();
        for (var i = 0; i < run.Entry.Stores.Length; i++)
        {
            var (report, outcome) = (run.Ending.Reports[i], OutcomeWords.ReasonOf(outcomes[i]));
            Log.StoreRun(
                logger,
                connector,
                run.Entry.Stores[i],
                run.Flow,
                run.Occasion.Id,
                run.Entry.Revision,
                run.Entry.Arm,
                outcome,
                run.Ending.Result,
                run.Ending.Reason,
                report?.Ok,
                report?.Failed,
                run.PodName,
                (run.Entry.Detail is { } detail ? $": {detail}" : "")
                    + (report?.Stop is { } why ? $": the worker stopped: {why}" : "")
            );
        }
    }

    private void Tell(ObjectKey connector, LeftOut left)
    {
        var outcome = OutcomeWords.ReasonOf(left.Outcome);
        if (left.Stores.IsEmpty)
        {
            Log.SlotSkipped(logger, connector, left.Flow, left.Occasion, outcome);
        }
        foreach (var store in left.Stores)
        {
            Log.StoreLeftOut(logger, connector, store, left.Flow, left.Occasion, outcome);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Error,
            Message = "Cannot fold what pod {Pod} of {Connector} flow {Flow} occasion {Occasion} wrote; the run counts as ReportUnreadable; report this fault: {Fault}"
        )]
        public static partial void Poisoned(
            ILogger logger,
            ObjectKey connector,
            string flow,
            string occasion,
            string pod,
            string fault
        );

        [LoggerMessage(
            Level = LogLevel.Information,
            Message = "Run {Connector} store {Store} flow {Flow} occasion {Occasion} revision {Revision} arm {Arm}: {Outcome}, run {Result} {Reason} ok {Ok} failed {Failed} pod {Pod}{Detail}"
        )]
        public static partial void StoreRun(
            ILogger logger,
            ObjectKey connector,
            string store,
            string flow,
            string occasion,
            string revision,
            Arm arm,
            string outcome,
            RunResult result,
            string reason,
            long? ok,
            long? failed,
            string pod,
            string detail
        );

        [LoggerMessage(
            Level = LogLevel.Information,
            Message = "No run {Connector} store {Store} flow {Flow} occasion {Occasion}: {Outcome}"
        )]
        public static partial void StoreLeftOut(
            ILogger logger,
            ObjectKey connector,
            string store,
            string flow,
            string occasion,
            string outcome
        );

        [LoggerMessage(
            Level = LogLevel.Information,
            Message = "No run {Connector} of any store flow {Flow} occasion {Occasion}: {Outcome}"
        )]
        public static partial void SlotSkipped(
            ILogger logger,
            ObjectKey connector,
            string flow,
            string occasion,
            string outcome
        );
    }
}
