namespace Operator.Planning.Record;

/// <summary>The API server does not create the pods of an attempt's candidate, or their containers don't start.</summary>
public sealed record CandidateRefusal
{
    /// <summary>How often in a row, each time followed by a run on stable but the last. A used-up quota, and a pilot that is only late, count for none.</summary>
    public int Count { get; set; }

    /// <summary>Why, in one word, and in the words of the API server or the kubelet.</summary>
    public string Reason { get; set; } = "";
    public string Words { get; set; } = "";

    /// <summary>When the newest refused run was given up.</summary>
    public DateTimeOffset At { get; set; }

    /// <summary>A run on stable has started since then, so the API server refuses the candidate alone.</summary>
    public bool IsStableAccepted { get; set; }
}
