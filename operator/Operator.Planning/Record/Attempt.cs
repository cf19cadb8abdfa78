using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Operator.Planning.Record;

/// <summary>One attempt to roll out a candidate. A larger <see cref="Cohort"/> is committed before any pod is created for it.</summary>
public sealed record Attempt
{
    public int Number { get; set; }
    public string Revision { get; set; } = "";
    public string RolloutName { get; set; } = "";

    /// <summary>The attempt ends when the rollout with this UID no longer exists.</summary>
    public string RolloutUid { get; set; } = "";

    /// <summary>
    /// The stores in the order in which they get the candidate. Fixed at the start; a later step appends new stores, and a place that
    /// passes on goes to the next store.
    /// </summary>
    public ImmutableArray<string> Order { get; set; } = [];

    /// <summary>No coins are flipped.</summary>
    [JsonIgnore]
    public bool IsWithoutCoins => Control == 0;

    /// <summary>Makes this attempt's coins its own: random, 16 lower-case hexadecimal digits. Empty: an operator without coins began it.</summary>
    public string Salt { get; set; } = "";

    /// <summary>
    /// <c>analysis.control</c> at the start, as a fraction. At 0 the whole cohort runs the candidate, and there is no proof: a change from or to
    /// that acts on the next attempt.
    /// </summary>
    public decimal Control { get; set; } = 0.5m;

    /// <summary>
    /// <c>analysis.falseAbortRate</c> at the start, as a fraction. To change it with the data in hand would break what it promises.
    /// </summary>
    public decimal FalseAbortRate { get; set; } = 0.01m;

    /// <summary>The flows that are judged: those of <c>evidence.flows</c> at the start, of all that the spec listed then.</summary>
    public ImmutableArray<string> JudgedFlows { get; set; } = [];

    /// <summary>What workers said with <c>stop</c> in this step, by flow.</summary>
    public ImmutableSortedDictionary<string, GuardWords> Guards { get; set; } =
        ImmutableSortedDictionary.Create<string, GuardWords>(StringComparer.Ordinal);

    /// <summary>Number of stores in <see cref="Order"/>, also when the order itself is lost with the record's head.</summary>
    public int Places
    {
        get => Order.IsEmpty ? field : Order.Length;
        set;
    }

    /// <summary>Number of stores, from the start of <see cref="Order"/>, that run the candidate.</summary>
    public int Cohort { get; set; }

    /// <summary>Index into the rollout's steps at the time of the commit. Counted from 0.</summary>
    public int Step { get; set; }

    /// <summary>Number of the rollout's steps at that time.</summary>
    public int Steps { get; set; }

    /// <summary>Number of steps that this attempt committed, from 1. After an edit of the steps, two stages can have one step index.</summary>
    public int Stage { get; set; } = 1;

    /// <summary>Hash of the steps. A different hash means that a user edited the steps.</summary>
    public string StepsHash { get; set; } = "";
    public DateTimeOffset StartedAt { get; set; }
    public DateTimeOffset StepStartedAt { get; set; }

    /// <summary>Time that counts for this step: only rounds with a candidate run count.</summary>
    public TimeSpan Dwelled { get; set; }

    /// <summary><see cref="Dwelled"/> is counted up to this instant.</summary>
    public DateTimeOffset DwellMark { get; set; }

    /// <summary>How long this step has waited for evidence: only observed occasions count, and none in trouble.</summary>
    public TimeSpan Waited { get; set; }

    /// <summary><see cref="Waited"/> is counted up to this instant.</summary>
    public DateTimeOffset WaitMark { get; set; }

    /// <summary>How long the step's minima take by the schedule, in one sentence, as of its start or of the last edit of either.</summary>
    public string Needs { get; set; } = "";

    /// <summary>Hash of the minima and schedules that <see cref="Needs"/> and <see cref="DefaultDeadline"/> follow from.</summary>
    public string NeedsHash { get; set; } = "";

    /// <summary>How long the step waits for evidence where the user wrote no deadline.</summary>
    public TimeSpan DefaultDeadline { get; set; } = TimeSpan.FromHours(24);

    /// <summary>A container of the candidate has started, so its image exists. Until then only the pilot runs the candidate.</summary>
    public bool HasStarted { get; set; }

    /// <summary>Null: the candidate's newest runs were not refused.</summary>
    public CandidateRefusal? Refusal { get; set; }

    /// <summary>The place in <see cref="Order"/> of the store whose turn it is to be the pilot, after pilots that did not start.</summary>
    public int NextPilot { get; set; }

    /// <summary>Why the candidate failed under onFailure Pause: the cohort keeps its size. Null: the candidate did not fail.</summary>
    public Rejection? PausedOn { get; set; }

    /// <summary>Flows that joined during the attempt: they run and are shown, and are neither judged nor awaited.</summary>
    public ImmutableArray<string> JoinedFlows { get; set; } = [];

    /// <summary>Stores of the cohort that are gone, suspended, or pause for credentials, since when.</summary>
    public ImmutableSortedDictionary<string, DateTimeOffset> Away { get; set; } =
        ImmutableSortedDictionary.Create<string, DateTimeOffset>(StringComparer.Ordinal);

    /// <summary>Stores that joined or came back in this step: the promotion waits for a run of each, or for a dwell.</summary>
    public ImmutableArray<string> Appended { get; set; } = [];

    /// <summary><see cref="Dwelled"/> when the newest of <see cref="Appended"/> came.</summary>
    public TimeSpan AppendedDwell { get; set; }

    /// <summary>Before the promotion a few stores were appended. A second time, as few are not waited for.</summary>
    public bool HasSmallAppend { get; set; }

    /// <summary>Members that a newer version of the operator wrote; kept as they are. Null: none.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Newer { get; set; }
}
