using System.Collections.Immutable;

namespace Operator.Planning.Record;

/// <summary>One attempt to roll a candidate out. What widens (Step, Cohort) is committed before it is done.</summary>
public sealed record Attempt
{
    public int Number { get; set; }
    public string Revision { get; set; } = "";
    public string RolloutName { get; set; } = "";

    /// <summary>The attempt ends when the rollout with this UID is gone.</summary>
    public string RolloutUid { get; set; } = "";

    /// <summary>All stores in the order in which they get the candidate, fixed at the start; later ones are appended by a step.</summary>
    public ImmutableArray<string> Order { get; set; } = [];

    /// <summary>The first so many places of <see cref="Order"/> run the candidate.</summary>
    public int Cohort { get; set; }

    /// <summary>Index into the rollout's steps as they were when the step was committed.</summary>
    public int Step { get; set; }

    /// <summary>How many steps there were.</summary>
    public int Steps { get; set; }

    /// <summary>Counts the steps that this attempt committed, from 1: an edit of the steps may take one index twice.</summary>
    public int Stage { get; set; } = 1;

    /// <summary>Fingerprint of the steps; another one means that somebody edited them.</summary>
    public string StepsHash { get; set; } = "";
    public DateTimeOffset StartedAt { get; set; }
    public DateTimeOffset StepStartedAt { get; set; }

    /// <summary>Dwell of this step, counted in observed rounds.</summary>
    public TimeSpan Dwelled { get; set; }

    /// <summary>Dwell was counted up to this instant.</summary>
    public DateTimeOffset DwellMark { get; set; }

    /// <summary>A container of the candidate has started: its image exists here. Until then only the pilot runs it.</summary>
    public bool HasStarted { get; set; }

    /// <summary>Convicted under onFailure Pause: the cohort stays, nothing widens.</summary>
    public Rejection? PausedOn { get; set; }
}
