using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Judging;
using Operator.Planning.Record;
using Operator.Planning.Record.Encoding;

namespace Operator.Planning.Rollouts;

/// <summary>The running attempt's trials before the judge, one for each flow. No other type calls the judge.</summary>
internal static class Trials
{
    /// <summary>A trial for each flow of the attempt that begins.</summary>
    public static ConnectorRecord Begin(Draft draft)
    {
        var attempt = draft.Record.RunningAttempt!; // it has just begun
        var book = new TrialBook { Attempt = attempt.Number, Order = attempt.Order };
        return BeginMissing(draft with { Record = draft.Record with { Trials = book } }).Record;
    }

    /// <summary>
    /// A trial for each flow that has none: one that joined during the attempt, or all of them when an operator without coins began it. A
    /// joined flow is shown and not judged; before it has joined, nobody knows on which arms it will run.
    /// </summary>
    public static Draft BeginMissing(Draft draft)
    {
        if (draft.Record.RunningAttempt is not { } begun)
        {
            return draft;
        }
        draft = begun.Salt.Length > 0 ? draft : draft with { Record = Attempts.WithCoins(draft, begun) };
        var attempt = draft.Record.RunningAttempt!; // with coins it is the same one
        var known = draft.Record.Trials.Attempt == attempt.Number ? draft.Record.Trials.Flows : TrialBook.None.Flows;
        var missing = draft
            .Effective.ListedFlows.Select(f => f.Name)
            .Distinct(StringComparer.Ordinal)
            .Where(f => !known.ContainsKey(f) && HasHome(draft.Record, f))
            .ToList();
        if (missing.Count == 0)
        {
            return draft;
        }
        var order = known.IsEmpty ? attempt.Order : draft.Record.Trials.Order;
        var trials = missing.Select(f => KeyValuePair.Create(f, TrialForm.Write(NewTrial(draft, attempt, f), order)));
        return draft with
        {
            Record = draft.Record with
            {
                Trials = new TrialBook
                {
                    Attempt = attempt.Number,
                    Order = order,
                    Flows = known.SetItems(trials),
                },
            },
        };
    }

    private static bool HasHome(ConnectorRecord record, string flow) =>
        FlowHomes.IsOnStable(record, flow) || FlowHomes.IsOnCandidate(record, flow);

    /// <summary>
    /// The record without trials that can't be read, because a newer operator wrote them in another form. They begin anew, at evidence 1.
    /// </summary>
    public static ConnectorRecord WithoutUnreadable(ConnectorRecord record)
    {
        var unreadable = record.Trials.Flows.Where(t => !IsReadable(record, t.Value)).Select(t => t.Key).ToList();
        return unreadable.Count == 0
            ? record
            : record with
            {
                Trials = record.Trials with { Flows = record.Trials.Flows.RemoveRange(unreadable) },
            };
    }

    private static bool IsReadable(ConnectorRecord record, Trial trial)
    {
        try
        {
            return Read(record, trial) is not null;
        }
        catch (DamagedRecordException)
        {
            return false;
        }
    }

    /// <summary>The step's sums begin anew; the evidence goes on.</summary>
    public static ConnectorRecord BeginStep(ConnectorRecord record)
    {
        var attempt = record.RunningAttempt!; // it has just taken the step
        return Each(record, (_, trial) => Judge.BeginStep(trial, attempt.Stage));
    }

    /// <summary>Nothing of an attempt's trials outlives it, but that the version that is stable now sends reports.</summary>
    public static ConnectorRecord End(ConnectorRecord record, bool isServed)
    {
        foreach (var (flow, trial) in record.Trials.Flows)
        {
            if (isServed && Read(record, trial) is { Reporting.Candidate: true } && record.Plans.ContainsKey(flow))
            {
                record = record.With(flow, record.Plan(flow) with { HasReported = true });
            }
        }
        return record with { Trials = TrialBook.None };
    }

    /// <summary>The coin of a group's first run on an occasion. A replay gives the same side.</summary>
    public static (Arm Arm, CoinFlip Coin) Flip(Draft draft, Attempt attempt, CoinPlace place)
    {
        // Control from or to 0% acts on the next attempt.
        var asked = draft.Policy?.Spec.Analysis.Control.Fraction ?? 0;
        var share = 1 - (asked > 0 ? asked : attempt.Control);
        var coin = Coin.Flip(attempt.Salt, place.Flow, place.Occasion, place.FirstStore, (double)share);
        return (coin.Arm, new CoinFlip { Attempt = attempt.Number, CandidateShare = share });
    }

    /// <summary>The judge takes the first runs of an occasion. To be called once for each, in the order in which they were planned.</summary>
    public static ConnectorRecord Settle(Draft draft, string flow, Occasion occasion)
    {
        var (record, attempt) = (draft.Record, draft.Record.RunningAttempt!); // its occasion is settled
        var trial = Read(record, record.Trials.Flows[flow]);
        if (trial.HasCoins && FirstRuns.AreChosen(occasion))
        {
            return Forget(record, flow, [.. occasion.Entries.SelectMany(e => e.Stores)]);
        }
        var first = FirstRuns.Of(attempt, record.Plan(flow), occasion, trial.HasCoins);
        // Nothing ran, as when the calls of the day are used up: that says nothing, and an outage is not over by it.
        return first is { Runs.IsEmpty: true, Outside.IsEmpty: true }
            ? record
            : With(record, flow, Judge.Settle(trial, first, PolicyOf(attempt, draft.Policy?.Spec, step: null)));
    }

    /// <summary>The stores ran on without a coin after their first run.</summary>
    public static ConnectorRecord Forget(ConnectorRecord record, string flow, IReadOnlyCollection<string> stores)
    {
        if (stores.Count == 0 || !record.Trials.Flows.TryGetValue(flow, out var bytes))
        {
            return record;
        }
        return With(record, flow, Judge.Forget(Read(record, bytes), stores));
    }

    /// <summary>
    /// The judge's verdict on the running step, and the mean of the evidence. Null: no flow is judged, because all that the spec lists joined
    /// during the attempt.
    /// </summary>
    public static (Verdict Verdict, double Evidence)? Decide(Draft draft, Attempt attempt, RolloutStep step, int cohort)
    {
        var judged = CohortPlaces.JudgedNames(draft, attempt).ToList();
        var policy = PolicyOf(attempt, draft.Policy?.Spec, step);
        var (record, cases) = (draft.Record, ImmutableArray.CreateBuilder<FlowCase>());
        foreach (var flow in judged)
        {
            if (record.Trials.Flows.TryGetValue(flow, out var bytes))
            {
                cases.Add(new FlowCase(flow, Read(record, bytes), policy));
            }
        }
        if (cases.Count == 0)
        {
            return null;
        }
        var gone = attempt
            .JudgedFlows.Except(judged, StringComparer.Ordinal)
            .Where(record.Trials.Flows.ContainsKey)
            .Select(f => Read(record, record.Trials.Flows[f]));
        var decided = Judge.Decide(cases.ToImmutable(), [.. gone], cohort);
        return (decided.Verdict, decided.Evidence);
    }

    /// <summary>The mean over the judged flows: what proof needs beside a flow's own evidence. Null: no flow has coins.</summary>
    public static double? MeanEvidence(ConnectorRecord record, Attempt attempt)
    {
        var withCoins = attempt
            .JudgedFlows.Select(f => Find(record, f))
            .OfType<TrialSight>()
            .Where(s => s.HasCoins)
            .ToList();
        return withCoins.Count == 0 ? null : withCoins.Average(s => s.Evidence);
    }

    /// <summary>What is known of a flow in the running step; null: it has no trial.</summary>
    public static TrialSight? Find(ConnectorRecord record, string flow)
    {
        if (!record.Trials.Flows.TryGetValue(flow, out var bytes))
        {
            return null;
        }
        var trial = Read(record, bytes);
        return new TrialSight(Of(trial.Candidate), Of(trial.Stable))
        {
            HasCoins = trial.HasCoins,
            Evidence = Judge.EvidenceOf(trial),
            Past = trial.Past,
            Rounds = trial.Rounds,
            IsInTrouble = trial.Trouble != Trouble.None,
        };
    }

    private static ArmSums Of(StepSums sums) =>
        new(sums.Counted, sums.Whole, sums.Stores, sums.Attempted, sums.Failed) { All = sums.Runs, Late = sums.Late };

    private static FlowTrial NewTrial(Draft draft, Attempt attempt, string flow)
    {
        var reporting = new Reporting(draft.Record.Plan(flow).HasReported, Candidate: false);
        var hasCoins = !attempt.IsWithoutCoins && FlowHomes.IsOnStable(draft.Record, flow);
        return Judge.BeginStep(Judge.Begin(draft.Roster.Active.Length, reporting, hasCoins), attempt.Stage);
    }

    /// <summary>The limits in a step; without a rollout, the attempt's own and the defaults.</summary>
    private static JudgePolicy PolicyOf(Attempt attempt, RolloutSpec? rollout, RolloutStep? step)
    {
        var (limits, minima) = (rollout?.Analysis ?? new AnalysisLimits(), MinimaOf(rollout, step));
        return new JudgePolicy
        {
            MaxErrorRate = (double)limits.MaxErrorRate.Fraction,
            MaxIncrease = (double)limits.MaxIncrease.Fraction,
            MaxVolumeDrop = (double)limits.MaxVolumeDrop.Fraction,
            FalseAbortRate = (double)attempt.FalseAbortRate,
            MinRuns = minima.Runs,
            MinItems = minima.Items,
            MinStores = minima.Stores,
            LooksBack = true,
        };
    }

    private static Minima MinimaOf(RolloutSpec? rollout, RolloutStep? step) =>
        (rollout?.Evidence ?? new EvidenceMinima()).With(step?.Evidence);

    private static ConnectorRecord Each(ConnectorRecord record, Func<string, FlowTrial, FlowTrial> next) =>
        record.Trials.Flows.Aggregate(
            record,
            (r, trial) => With(r, trial.Key, next(trial.Key, Read(record, trial.Value)))
        );

    /// <summary>All shards are cut by one order, so a new order writes all flows anew.</summary>
    private static ConnectorRecord With(ConnectorRecord record, string flow, FlowTrial trial)
    {
        var (book, order) = (record.Trials, record.RunningAttempt?.Order ?? record.Trials.Order);
        var flows = book.Order.SequenceEqual(order, StringComparer.Ordinal)
            ? book.Flows
            : book.Flows.ToImmutableSortedDictionary(
                f => f.Key,
                f => TrialForm.Write(Read(record, f.Value), order),
                StringComparer.Ordinal
            );
        return record with
        {
            Trials = book with { Order = order, Flows = flows.SetItem(flow, TrialForm.Write(trial, order)) },
        };
    }

    private static FlowTrial Read(ConnectorRecord record, Trial bytes) =>
        bytes.Read(b => TrialForm.Read(b, record.Trials.Order));
}

/// <summary>Where a coin is flipped.</summary>
internal sealed record CoinPlace(string Flow, string Occasion, string FirstStore);
