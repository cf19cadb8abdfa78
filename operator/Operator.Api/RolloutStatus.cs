using System.Collections.Immutable;

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

    /// <summary>The step's evidence, one entry for each flow.</summary>
    public ImmutableArray<FlowEvidence> Evidence { get; set; } = [];

    /// <summary>Pass, Fail or Hold.</summary>
    public string Verdict { get; set; } = "";
    public string Reason { get; set; } = "";
    public string Message { get; set; } = "";
    public DateTimeOffset StartedAt { get; set; }
    public DateTimeOffset StepStartedAt { get; set; }
    public DateTimeOffset? EndedAt { get; set; }
    public DateTimeOffset? NextCheckAt { get; set; }
}

/// <summary>Evidence of one flow for the candidate in this step.</summary>
public sealed record FlowEvidence
{
    public string Flow { get; set; } = "";

    /// <summary>
    /// <c>Judged</c>; <c>Joined</c>: the flow joined during the attempt and is neither judged nor awaited; <c>CandidateOnly</c>: the flow
    /// came with the candidate, only the cohort runs it, and it is judged by the limit. Readers must accept unknown words.
    /// </summary>
    public string Role { get; set; } = "";

    /// <summary>Ended candidate runs, without infrastructure faults.</summary>
    public int Runs { get; set; }

    /// <summary>Runs of <see cref="Runs"/> that failed because of the version.</summary>
    public int BadRuns { get; set; }
    public int Stores { get; set; }
    public long ItemsOk { get; set; }
    public long ItemsFailed { get; set; }

    /// <summary>Throttled items; they are neither ok nor failed.</summary>
    public long ItemsThrottled { get; set; }

    /// <summary>Failed share of ok and failed items, in percent with up to two decimals: <c>1.25%</c>.</summary>
    public string ErrorRate { get; set; } = "";
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
