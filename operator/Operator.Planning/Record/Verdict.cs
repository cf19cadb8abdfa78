namespace Operator.Planning.Record;

/// <summary>The judgement of a candidate's evidence.</summary>
public abstract record Verdict(string Reason, string Message)
{
    /// <summary>The evidence meets all minimums, and every flow is within its limits.</summary>
    public sealed record Pass(string Reason, string Message) : Verdict(Reason, Message);

    /// <summary>A flow exceeds its limit over enough runs.</summary>
    public sealed record Fail(string Reason, string Message) : Verdict(Reason, Message);

    /// <summary>There is not enough evidence yet.</summary>
    public sealed record Hold(string Reason, string Message) : Verdict(Reason, Message);

    public string Kind => GetType().Name;
}
