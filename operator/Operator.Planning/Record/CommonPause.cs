namespace Operator.Planning.Record;

/// <summary>
/// Most stores of the application fail to authenticate alike. One due run probes for all of them, and the first store that authenticates
/// ends their pauses. See decision 0047.
/// </summary>
public sealed record CommonPause
{
    /// <summary>When the first of these stores failed.</summary>
    public DateTimeOffset Since { get; set; }

    /// <summary>The earliest instant at which the next probe may be planned.</summary>
    public DateTimeOffset NextProbe { get; set; }

    /// <summary>Number of probes so far. The stores take turns by it.</summary>
    public int Probes { get; set; }

    /// <summary>The newest probe; null: none yet.</summary>
    public ProbeRun? Probe { get; set; }

    /// <summary>The pause began with the others, and ends with them.</summary>
    public bool Covers(AuthPause pause) => pause.Since >= Since;
}

/// <summary>The run of a probe, by its entry.</summary>
public sealed record ProbeRun
{
    public string Flow { get; set; } = "";
    public string Occasion { get; set; } = "";
    public int Index { get; set; }
}
