namespace Operator.Planning.Record;

/// <summary>What the evidence says now.</summary>
public abstract record Verdict(string Reason, string Message)
{
    /// <summary>The minima are met and every flow is within its limits.</summary>
    public sealed record Pass(string Reason, string Message) : Verdict(Reason, Message);

    /// <summary>A flow is beyond its limit, on enough runs.</summary>
    public sealed record Fail(string Reason, string Message) : Verdict(Reason, Message);

    /// <summary>Nothing can be said yet.</summary>
    public sealed record Hold(string Reason, string Message) : Verdict(Reason, Message);

    public string Kind => GetType().Name;
}
