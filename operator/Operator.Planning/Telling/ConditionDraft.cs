using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;

namespace Operator.Planning.Telling;

/// <summary>
/// One condition as it should be. <see cref="After"/> keeps the time of the last transition while the status is the same.
/// </summary>
internal sealed record ConditionDraft(string Type, string Status, string Reason, string Message)
{
    private const int MaxMessageLength = 1024;

    public static ConditionDraft True(string type, string reason, string message) => new(type, "True", reason, message);

    public static ConditionDraft False(string type, string reason, string message) =>
        new(type, "False", reason, message);

    public static ConditionDraft Unknown(string type, string reason, string message) =>
        new(type, "Unknown", reason, message);

    /// <summary>The condition for dropped fields; null when there are none.</summary>
    public static ConditionDraft? Dropped(ImmutableArray<string> fields) =>
        fields.IsEmpty
            ? null
            : True(
                Reasons.UnknownField,
                Reasons.UnknownField,
                $"the cluster dropped fields that this kind does not have: {string.Join(", ", fields)}; correct the manifest"
            );

    public Condition After(ImmutableArray<Condition> before, long generation, DateTimeOffset now)
    {
        var old = before.FirstOrDefault(c => c.Type == Type);
        var isSame = old is not null && old.Status == Status;
        return new Condition
        {
            Type = Type,
            Status = Status,
            Reason = Reason,
            Message = Message.Length > MaxMessageLength ? Message[..(MaxMessageLength - 1)] + "…" : Message,
            ObservedGeneration = generation,
            LastTransitionTime = isSame ? old!.LastTransitionTime : Seconds(now), // isSame implies old
        };
    }

    /// <summary>Rounds down to whole seconds, as Kubernetes does; a finer time would always look changed.</summary>
    public static DateTimeOffset Seconds(DateTimeOffset at) =>
        DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds());
}
