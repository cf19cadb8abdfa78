namespace Operator.Planning.Drafts;

public enum EventTarget
{
    Connector,
    Rollout,
}

/// <summary>An Event to be written: only ever for a transition.</summary>
public sealed record EventNote(EventTarget Target, string Reason, string Message, bool IsWarning);
