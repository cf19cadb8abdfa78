using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Rollouts;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests.Simulation;

/// <summary>
/// Checks the attempts in the committed records: no step comes before its time and evidence, no cohort is wider than its step,
/// and no store outside the cohort runs the candidate.
/// </summary>
internal sealed class RolloutWatch(FakeCluster cluster, ObjectKey connector, List<string> violations)
{
    private readonly Dictionary<string, Attempt> _widest = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _ended = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _endedRuns = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ObservedRounds> _rounds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _waitingPilots = new(StringComparer.Ordinal);
    private readonly PlaceWatch _places = new(cluster, connector, violations);
    private readonly HashSet<string> _startedRevisions = new(StringComparer.Ordinal);
    private ConnectorRecord? _before;

    /// <summary>Called for each committed record, under the cluster's lock.</summary>
    public void Committed(ConnectorRecord record, DateTimeOffset at)
    {
        var before = _before;
        _before = record;
        var wasRunning = before?.RunningAttempt;
        if (wasRunning is not null && record.RunningAttempt?.Number != wasRunning.Number)
        {
            _ended[KeyOf(before!.Id, wasRunning.Number)] = at; // an attempt was running, so there was a record
        }
        if (record.RunningAttempt is not { } attempt)
        {
            return;
        }
        var key = KeyOf(record.Id, attempt.Number);
        CountRounds(key, before, record, at);
        if (_widest.TryGetValue(key, out var known))
        {
            ExpectOrder(known, attempt, at);
            _places.Committed(key, known, record, at);
            Expect(
                attempt.Cohort >= known.Cohort,
                at,
                $"attempt {attempt.Number} narrowed from {known.Cohort} to {attempt.Cohort}"
            );
            if (attempt.Stage != known.Stage)
            {
                Widened(key, known, attempt, at);
            }
        }
        else if (Rollouts().FirstOrDefault(r => r.Metadata.Uid == attempt.RolloutUid) is { } rollout)
        {
            OrderWatch.Begun(attempt, rollout.Spec.Cohort, (holds, what) => Expect(holds, at, what));
        }
        ExpectCohortOfItsStep(attempt, known, at);
        _widest[key] = attempt;
    }

    /// <summary>No store is lost, and only stores that are away leave the cohort, each for one that takes its place.</summary>
    private void ExpectOrder(Attempt known, Attempt attempt, DateTimeOffset at)
    {
        var lost = known.Order.Except(attempt.Order, StringComparer.Ordinal).FirstOrDefault();
        Expect(lost is null, at, $"store {lost} was lost from the order of attempt {attempt.Number}");
        var left = known.Order.Take(known.Cohort).Except(attempt.Order.Take(known.Cohort), StringComparer.Ordinal);
        var present = left.FirstOrDefault(s => !known.Away.ContainsKey(s));
        Expect(
            present is null,
            at,
            $"store {present} lost its place in attempt {attempt.Number} though it was not away"
        );
    }

    /// <summary>Called for each new pod. Until a container of the revision has run, an attempt has one candidate pod at a time.</summary>
    public void Created(ClusterChange change, Fingerprint print)
    {
        if (AttemptOf(change) is not { } number || _startedRevisions.Contains(print.Revision))
        {
            return;
        }
        var key = $"{print.Record}/{number}";
        _waitingPilots.TryAdd(key, new HashSet<string>(StringComparer.Ordinal));
        var others = _waitingPilots[key];
        Expect(others.Count == 0, change.At, $"{change.Key.Name} and {others.FirstOrDefault()} are pilots at once");
        others.Add(change.Key.Name);
    }

    /// <summary>Called when a pod has ended or is gone.</summary>
    public void Ended(string pod)
    {
        foreach (var waiting in _waitingPilots.Values)
        {
            waiting.Remove(pod);
        }
    }

    /// <summary>Called when a pod's container is first seen running.</summary>
    public void Started(ClusterChange change, Fingerprint print, ObservedPod pod)
    {
        _startedRevisions.Add(print.Revision);
        if (AttemptOf(change) is not { } number)
        {
            return;
        }
        var key = $"{print.Record}/{number}";
        _endedRuns[key] = _endedRuns.GetValueOrDefault(key) + 1;
        if (_widest.TryGetValue(key, out var attempt))
        {
            _places.Started(key, attempt, print, change.At);
            var outside = print
                .Stores.Except(attempt.Order.Take(attempt.Cohort), StringComparer.Ordinal)
                .FirstOrDefault();
            Expect(
                outside is null,
                change.At,
                $"store {outside} is outside the cohort and runs the candidate of attempt {number}"
            );
        }
        else
        {
            Expect(holds: false, change.At, $"a candidate of attempt {number} runs, but no record has this attempt");
        }
        // A create request that was in flight when the attempt ended can still arrive; creation times have whole seconds.
        var late = new PlanLimits().WriteTimeout + TimeSpan.FromSeconds(1);
        var isLate = _ended.TryGetValue(key, out var ended) && pod.CreatedAt > ended + late;
        Expect(!isLate, change.At, $"candidate pod {pod.Name} was made after attempt {number} ended, and runs");
    }

    private void Widened(string key, Attempt from, Attempt to, DateTimeOffset at)
    {
        var rollout = Rollouts().FirstOrDefault(r => r.Metadata.Uid == to.RolloutUid);
        if (rollout is null)
        {
            // The rollout was deleted between the decision and the commit: the next plan ends the attempt.
            return;
        }
        var step = StepPlan.Of(rollout.Spec.Steps, from).Step;
        var lasted = _rounds[$"{key}/{from.Stage}"].Together;
        Expect(
            lasted >= step.MinDuration.Value,
            at,
            $"step {from.Step + 1} of attempt {from.Number} lasted {lasted} in observed rounds, its minimum is {step.MinDuration}"
        );
        Expect(
            _endedRuns.GetValueOrDefault(key) >= rollout.Spec.Evidence.MinRuns,
            at,
            $"attempt {from.Number} widened on {_endedRuns.GetValueOrDefault(key)} runs, its minimum is {rollout.Spec.Evidence.MinRuns}"
        );
    }

    private static string? AttemptOf(ClusterChange change) =>
        new KubeObject(change.After!.Value).Label(Planning.Facts.PodMarks.Attempt); // callers pass existing pods

    /// <summary>Adds the rounds of the running stage that this commit settles and in which a run with a coin, or of the candidate, ended.</summary>
    private void CountRounds(string key, ConnectorRecord? before, ConnectorRecord record, DateTimeOffset at)
    {
        // A commit that settles a round can also widen the cohort: the round belongs to the stage before.
        if (before?.RunningAttempt is { } was && _rounds.TryGetValue($"{key}/{was.Stage}", out var rounds))
        {
            var settled = record
                .Plans.SelectMany(p => p.Value.Occasions.Select(o => (Flow: p.Key, Occasion: o)))
                .Where(o => o.Occasion.Order is null) // a RunNow action makes no round
                .Where(o => o.Occasion.IsSettled && !WasSettled(before, o.Flow, o.Occasion.Id))
                .Where(o => IsOf(o.Occasion, was) && o.Occasion.Entries.Any(e => IsOf(e, was)))
                .Concat(ForgottenAtOnce(before, record, was));
            foreach (var (_, occasion) in settled)
            {
                rounds.Add(at, occasion.Period);
            }
        }
        if (record.RunningAttempt is { } now)
        {
            _rounds.TryAdd($"{key}/{now.Stage}", new ObservedRounds(Earliest(at, now.StepStartedAt)));
        }
    }

    /// <summary>Occasions that this commit settled and forgot: their pods were deleted with a replaced connector.</summary>
    private static IEnumerable<(string Flow, Occasion Occasion)> ForgottenAtOnce(
        ConnectorRecord before,
        ConnectorRecord record,
        Attempt attempt
    ) =>
        from plan in before.Plans
        from occasion in plan.Value.Occasions
        where occasion.Order is null
        where !occasion.IsSettled && IsOf(occasion, attempt) && occasion.Entries.Any(e => WasFlipped(e, attempt))
        where !record.Plan(plan.Key).Occasions.Any(o => o.Id == occasion.Id)
        select (plan.Key, occasion);

    /// <summary>The time of the decision, which is at most one write timeout before its commit.</summary>
    private static DateTimeOffset Earliest(DateTimeOffset committed, DateTimeOffset decided)
    {
        var earliest = committed - new PlanLimits().WriteTimeout;
        return decided > committed ? committed
            : decided < earliest ? earliest
            : decided;
    }

    private static bool WasSettled(ConnectorRecord before, string flow, string occasion) =>
        before.Plan(flow).Occasions.Any(o => o.IsSettled && o.Id == occasion);

    private static bool IsOf(Occasion occasion, Attempt attempt) =>
        occasion.Attempt == attempt.Number && occasion.Stage == attempt.Stage;

    /// <summary>Its container may not have been created: that is a bad end, too.</summary>
    private static bool IsOf(Entry entry, Attempt attempt) =>
        entry.Result is RunResult.Succeeded or RunResult.Failed or RunResult.NotStarted && WasFlipped(entry, attempt);

    private static bool WasFlipped(Entry entry, Attempt attempt) =>
        entry.Coin?.Attempt == attempt.Number || entry.Attempt == attempt.Number;

    /// <summary>A round lasts from the end of the one before, at most its period, so an outage does not count for a step.</summary>
    private sealed class ObservedRounds(DateTimeOffset begin)
    {
        private DateTimeOffset _last = begin;

        public TimeSpan Together { get; private set; }

        public void Add(DateTimeOffset at, TimeSpan period)
        {
            Together += at - _last < period ? at - _last : period;
            _last = at;
        }
    }

    private void ExpectCohortOfItsStep(Attempt attempt, Attempt? known, DateTimeOffset at)
    {
        var allowed = Rollouts()
            .SelectMany(r => r.Spec.Steps)
            .Select(s => PlacesOf(s, attempt))
            .Append(known?.Cohort ?? 0);
        var isAStep = Rollouts().Count == 0 || allowed.Contains(attempt.Cohort);
        Expect(
            isAStep,
            at,
            $"the cohort of attempt {attempt.Number} is {attempt.Cohort}, which is not the size of any step"
        );
    }

    /// <summary>Without coins two stores of more than three stay on stable.</summary>
    private static int PlacesOf(RolloutStep step, Attempt attempt)
    {
        var (places, stores) = (CohortOrder.Places(step.Stores, attempt.Order.Length), attempt.Order.Length);
        return attempt.Control == 0 && stores > 3 ? Math.Min(places, stores - 2) : places;
    }

    private List<SyncRollout> Rollouts() =>
        [
            .. cluster
                .All(Kinds.Rollouts)
                .Where(r => r.Namespace == connector.Namespace)
                .Select(Gathering.Projections.Rollout),
        ];

    private void Expect(bool holds, DateTimeOffset at, string what)
    {
        if (!holds)
        {
            violations.Add($"{at:HH:mm:ss.fff}: {what}");
        }
    }

    private static string KeyOf(string record, int attempt) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{record}/{attempt}");
}
