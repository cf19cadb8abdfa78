namespace Operator.Planning.Record;

public sealed record EndedAttempt
{
    public int Number { get; set; }
    public string Revision { get; set; } = "";
    public string Image { get; set; } = "";
    public AttemptOutcome Outcome { get; set; }
    public string Reason { get; set; } = "";
    public string Message { get; set; } = "";
    public string RolloutUid { get; set; } = "";

    /// <summary>The last step, counted from 1.</summary>
    public int Step { get; set; }
    public int Steps { get; set; }
    public int Cohort { get; set; }
    public int Stores { get; set; }
    public DateTimeOffset StartedAt { get; set; }
    public DateTimeOffset StepStartedAt { get; set; }
    public DateTimeOffset EndedAt { get; set; }
}

public enum AttemptOutcome
{
    Promoted,
    RolledBack,
    Aborted,
    Superseded,
    Reset,
}
