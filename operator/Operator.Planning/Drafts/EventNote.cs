namespace Operator.Planning.Drafts;

public enum EventTarget
{
    Connector,
    Rollout,
}

/// <summary>An Event to write. Events are written only for transitions.</summary>
public sealed record EventNote(EventTarget Target, string Reason, string Message, bool IsWarning);
