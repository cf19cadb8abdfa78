using System.Collections.Immutable;

namespace Operator.Api;

/// <summary>A copy of what the record says; never read back for a decision, but for the counter (a witness).</summary>
public sealed record RolloutStatus
{
    /// <summary>-1 until the object was first looked at, so that a fresh object never looks finished.</summary>
    public long ObservedGeneration { get; set; } = -1;
    public ImmutableArray<Condition> Conditions { get; set; } = [];

    /// <summary>Idle, Progressing, Holding, Paused, Promoted, RolledBack, Aborted, Superseded or Reset: of the newest attempt.</summary>
    public string? Phase { get; set; }
    public string? StableRevision { get; set; }
    public string? CandidateRevision { get; set; }
    public string? RejectedRevision { get; set; }

    /// <summary>The running attempt, else the newest that ended.</summary>
    public AttemptStatus? Attempt { get; set; }

    /// <summary>The last 10 attempts, newest first.</summary>
    public ImmutableArray<AttemptSummary> History { get; set; } = [];

    /// <summary>The record's counter when this status was written: a record below it was lost.</summary>
    public long RecordCounter { get; set; }
}

public sealed record AttemptStatus
{
    public int Number { get; set; }
    public string Image { get; set; } = "";

    /// <summary>Counted from 1.</summary>
    public int Step { get; set; }
    public int Steps { get; set; }

    /// <summary>For people: <c>2/3</c>.</summary>
    public string StepOf { get; set; } = "";

    /// <summary>Stores that run the candidate.</summary>
    public int CohortSize { get; set; }

    /// <summary>Active stores of the attempt.</summary>
    public int Stores { get; set; }

    /// <summary>For people: <c>10/40</c>.</summary>
    public string CohortOf { get; set; } = "";

    /// <summary>Dwell of this step that counted so far.</summary>
    public Duration Dwelled { get; set; } = new("0s");
    public Duration MinDuration { get; set; } = new("0s");

    /// <summary>The step's evidence, one entry a flow.</summary>
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

/// <summary>What one flow has shown of the candidate in this step.</summary>
public sealed record FlowEvidence
{
    public string Flow { get; set; } = "";

    /// <summary>Candidate runs that ended, infrastructure faults left out.</summary>
    public int Runs { get; set; }

    /// <summary>Of these, ended badly for a cause of the version.</summary>
    public int BadRuns { get; set; }
    public int Stores { get; set; }
    public long ItemsOk { get; set; }
    public long ItemsFailed { get; set; }

    /// <summary>Throttled items count on neither side.</summary>
    public long ItemsThrottled { get; set; }

    /// <summary>Failed of all counted items, in percent with up to two decimals, as text: <c>1.25%</c>.</summary>
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

    /// <summary>The step it ended in, and the most stores that ran it.</summary>
    public int Step { get; set; }
    public int CohortSize { get; set; }
    public DateTimeOffset StartedAt { get; set; }
    public DateTimeOffset EndedAt { get; set; }
}
