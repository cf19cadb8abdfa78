using Operator.Planning.Judging;
using Operator.Planning.Record;

namespace Operator.Planning.Tests.Judging.Worlds;

/// <summary>How other tools decide, on the candidate's runs alone. Each gets the same limit, and what is lenient of its settings.</summary>
internal sealed class OtherRules(double limit)
{
    private const int MinRuns = 10;

    /// <summary>Argo Rollouts: measurements that fail, cumulative within the analysis run of a step. Its default is 0.</summary>
    private const int ArgoFailureLimit = 3;

    /// <summary>Flagger: failed checks, cumulative over the rollout. Its examples have 5.</summary>
    private const int FlaggerThreshold = 5;
    private readonly List<EndedRun> _step = [];
    private int _argoFailed;
    private int _flaggerFailed;

    public bool ThresholdAborts { get; private set; }
    public bool ArgoAborts { get; private set; }
    public bool FlaggerAborts { get; private set; }

    public void BeginStep()
    {
        _step.Clear();
        _argoFailed = 0;
    }

    public void See(IEnumerable<EndedRun> runs)
    {
        var candidate = runs.Where(r => r.Coin.Arm == Arm.Candidate && r.Close != RunClose.Lost).ToList();
        if (candidate.Count == 0)
        {
            // No data: both are spared what they do of it.
            return;
        }
        _step.AddRange(candidate);
        ThresholdAborts |= _step.Count >= MinRuns && IsOver(_step);
        if (IsOver(candidate))
        {
            _argoFailed++;
            _flaggerFailed++;
        }
        ArgoAborts |= _argoFailed > ArgoFailureLimit;
        FlaggerAborts |= _flaggerFailed >= FlaggerThreshold;
    }

    /// <summary>Above the limit: the share of failed items, or of runs that ended badly.</summary>
    private bool IsOver(List<EndedRun> runs)
    {
        var items = runs.SelectMany(r => r.Items).Aggregate(default(ItemCounts), (sum, i) => sum + (i ?? default));
        return items.Failed > limit * items.Attempted
            || runs.Count(r => r.Close == RunClose.Badly) > limit * runs.Count;
    }
}
