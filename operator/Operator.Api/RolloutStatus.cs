using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Operator.Api;

/// <summary>
/// A copy of the record. The operator reads back only <see cref="RecordId"/> and <see cref="RecordCounter"/>, to detect a lost
/// record, and <see cref="Connector"/>, because the rollout stays with it.
/// </summary>
public sealed record RolloutStatus
{
    /// <summary>-1 until the operator first handles the object, so that a new object never looks finished.</summary>
    public long ObservedGeneration { get; set; } = -1;
    public ImmutableArray<Condition> Conditions { get; set; } = [];

    /// <summary>
    /// Phase of the newest attempt: Idle, Progressing, Holding, Paused, Promoted, RolledBack, Aborted, Superseded or Reset. Idle
    /// again when what it was rolled back for is no longer in the connector.
    /// </summary>
    public string? Phase { get; set; }
    public string? StableRevision { get; set; }
    public string? CandidateRevision { get; set; }
    public string? RejectedRevision { get; set; }

    /// <summary>The running attempt, else the newest ended attempt; null while the phase is Idle.</summary>
    public AttemptStatus? Attempt { get; set; }

    /// <summary>The last 10 attempts, newest first.</summary>
    public ImmutableArray<AttemptSummary> History { get; set; } = [];

    /// <summary>The connector that first followed this rollout; null while none has. It is never another one.</summary>
    public string? Connector { get; set; }

    /// <summary>The id of the record that this status copies; null before the first. Another record is not compared with it.</summary>
    public string? RecordId { get; set; }

    /// <summary>The record's counter when this status was written; the same record with a lower counter is treated as lost.</summary>
    public long RecordCounter { get; set; }
}

public sealed record AttemptStatus
{
    public int Number { get; set; }
    public string Image { get; set; } = "";

    /// <summary>Counted from 1.</summary>
    public int Step { get; set; }
    public int Steps { get; set; }

    /// <summary>Step and steps for people: <c>2/3</c>.</summary>
    public string StepOf { get; set; } = "";

    /// <summary>Stores that run the candidate.</summary>
    public int CohortSize { get; set; }

    /// <summary>Stores of the attempt: active at its start, or joined at a step.</summary>
    public int Stores { get; set; }

    /// <summary>Cohort size and stores for people: <c>10/40</c>.</summary>
    public string CohortOf { get; set; } = "";

    /// <summary>How much of <see cref="MinDuration"/> has counted so far.</summary>
    public Duration Dwelled { get; set; } = new("0s");
    public Duration MinDuration { get; set; } = new("0s");

    /// <summary>
    /// The mean of the evidence of the judged flows against the candidate: <c>1.3</c>. Versions that are alike have 1 on average. Empty
    /// where nothing is compared, and where an older operator kept a list here.
    /// </summary>
    [JsonConverter(typeof(LenientTextConverter))]
    public string Evidence { get; set; } = "";

    /// <summary>What the step has seen, one entry for each flow.</summary>
    public ImmutableArray<FlowEvidence> Flows { get; set; } = [];

    /// <summary>One sentence: how long the step's minima take by the schedule, at stable's volume when the step began or either was edited.</summary>
    public string Needs { get; set; } = "";

    /// <summary>When the step's deadline is over, unless its clock stands still; null: none runs.</summary>
    public DateTimeOffset? DeadlineAt { get; set; }

    /// <summary>Hold or Rollback: what happens at the deadline.</summary>
    public string OnDeadline { get; set; } = "";

    /// <summary>Pass, Fail or Hold.</summary>
    public string Verdict { get; set; } = "";
    public string Reason { get; set; } = "";
    public string Message { get; set; } = "";
    public DateTimeOffset StartedAt { get; set; }
    public DateTimeOffset StepStartedAt { get; set; }
    public DateTimeOffset? EndedAt { get; set; }
    public DateTimeOffset? NextCheckAt { get; set; }
}

/// <summary>What this step has seen of one flow, in the cohort.</summary>
public sealed record FlowEvidence
{
    public string Flow { get; set; } = "";

    /// <summary>
    /// <c>Judged</c>; <c>Joined</c>: the flow joined during the attempt and is neither judged nor awaited; <c>CandidateOnly</c>: the flow
    /// came with the candidate, only the cohort runs it, and it is judged by the limits alone; <c>NotJudged</c>: <c>evidence.flows</c>
    /// leaves it out. Readers must accept unknown words.
    /// </summary>
    public string Role { get; set; } = "";

    /// <summary>The flow's own evidence against the candidate: <c>1.3</c>. Empty for a flow without coins.</summary>
    public string Evidence { get; set; } = "";

    /// <summary>Due times that counted.</summary>
    public int Rounds { get; set; }
    public ArmEvidence Candidate { get; set; } = new();
    public ArmEvidence Stable { get; set; } = new();

    /// <summary>Failed share of the candidate's items, in percent with up to two decimals: <c>1.25%</c>.</summary>
    public string ErrorRate { get; set; } = "";
}

/// <summary>What one arm did in this step.</summary>
public sealed record ArmEvidence
{
    /// <summary>Runs that counted: those that ended, but for causes outside the version.</summary>
    public int Runs { get; set; }

    /// <summary>Runs of <see cref="Runs"/> that failed wholly.</summary>
    public int FailedRuns { get; set; }

    /// <summary>Stores that the runs reached.</summary>
    public int Stores { get; set; }

    /// <summary>Items ok and failed; throttled ones are neither.</summary>
    public long Items { get; set; }
    public long FailedItems { get; set; }
}

public sealed record AttemptSummary
{
    public int Number { get; set; }
    public string Revision { get; set; } = "";
    public string Image { get; set; } = "";

    /// <summary>Promoted, RolledBack, Aborted, Superseded or Reset.</summary>
    public string Outcome { get; set; } = "";
    public string Reason { get; set; } = "";
    public string Message { get; set; } = "";

    /// <summary>The last step, counted from 1; <see cref="CohortSize"/>: the most stores that ran the candidate.</summary>
    public int Step { get; set; }
    public int CohortSize { get; set; }
    public DateTimeOffset StartedAt { get; set; }
    public DateTimeOffset EndedAt { get; set; }
}
