namespace Operator.Planning.Judging;

/// <summary>What does not belong to single stores, as bytes. A new field is a new version: readers know the order only.</summary>
internal static class FlowTrialForm
{
    public static void Write(FormWriter to, FlowTrial trial)
    {
        to.Claim(trial.HasCoins);
        to.Claim(trial.IsSuspected);
        to.Claim(trial.Reporting.Stable);
        to.Claim(trial.Reporting.Candidate);
        to.Whole(trial.QuestionsForStores);
        to.Whole(trial.QuestionsGiven);
        to.Whole(trial.Stage);
        to.Whole(trial.Rounds);
        to.Whole(trial.Occasions);
        to.Whole((long)trial.Trouble);
        WriteItems(to, trial.Fleet);
        to.Whole(trial.LastOnStable.Far);
        to.Whole(trial.LastOnStable.Of);
        to.Whole(trial.LastStableEnds.Length);
        foreach (var endedFar in trial.LastStableEnds)
        {
            to.Claim(endedFar);
        }
        foreach (var sums in (StepSums[])[trial.Candidate, trial.Stable, trial.Outside])
        {
            WriteSums(to, sums);
        }
        foreach (var question in (Question[])[trial.SpoilsNextRun, trial.LosesOnCandidate, trial.LosesOnStable])
        {
            StoreTrialForm.WriteQuestion(to, question);
        }
        foreach (var set in (QuestionSet[])[trial.Questions, trial.Charitable, trial.OwnBets])
        {
            WriteSet(to, set);
        }
        to.Whole(trial.Past.Length);
        foreach (var evidence in trial.Past)
        {
            to.Rough(evidence);
        }
    }

    public static FlowTrial Read(FormReader from) =>
        // Initialisers run in the order in which they are written, which is that of the bytes.
        new()
        {
            HasCoins = from.Claim(),
            IsSuspected = from.Claim(),
            Reporting = new Reporting(from.Claim(), from.Claim()),
            QuestionsForStores = from.Count(),
            QuestionsGiven = from.Count(),
            Stage = from.Count(),
            Rounds = from.Count(),
            Occasions = from.Count(),
            Trouble = (Trouble)from.Count(),
            Fleet = ReadItems(from),
            LastOnStable = new FarRuns(from.Count(), from.Count()),
            LastStableEnds = [.. Enumerable.Range(0, from.Count()).Select(_ => from.Claim())],
            Candidate = ReadSums(from),
            Stable = ReadSums(from),
            Outside = ReadSums(from),
            SpoilsNextRun = StoreTrialForm.ReadQuestion(from),
            LosesOnCandidate = StoreTrialForm.ReadQuestion(from),
            LosesOnStable = StoreTrialForm.ReadQuestion(from),
            Questions = ReadSet(from),
            Charitable = ReadSet(from),
            OwnBets = ReadSet(from),
            Past = [.. Enumerable.Range(0, from.Count()).Select(_ => from.Rough())],
        };

    private static void WriteSet(FormWriter to, QuestionSet set)
    {
        foreach (var question in (Question[])[set.More, set.Twice, set.Whole, set.Less])
        {
            StoreTrialForm.WriteQuestion(to, question);
        }
    }

    private static QuestionSet ReadSet(FormReader from) =>
        new(
            StoreTrialForm.ReadQuestion(from),
            StoreTrialForm.ReadQuestion(from),
            StoreTrialForm.ReadQuestion(from),
            StoreTrialForm.ReadQuestion(from)
        );

    private static void WriteSums(FormWriter to, StepSums sums)
    {
        to.Whole(sums.Runs);
        to.Whole(sums.Counted);
        to.Whole(sums.Whole);
        to.Whole(sums.Attempted);
        to.Whole(sums.Failed);
        WriteItems(to, sums.Items);
        to.Whole(sums.Stores);
        to.Whole(sums.Late);
    }

    private static StepSums ReadSums(FormReader from) =>
        new()
        {
            Runs = from.Count(),
            Counted = from.Count(),
            Whole = from.Count(),
            Attempted = from.Whole(),
            Failed = from.Whole(),
            Items = ReadItems(from),
            Stores = from.Count(),
            Late = from.Count(),
        };

    private static void WriteItems(FormWriter to, ItemCounts items)
    {
        to.Whole(items.Attempted);
        to.Whole(items.Failed);
    }

    private static ItemCounts ReadItems(FormReader from) => new(from.Whole(), from.Whole());
}
