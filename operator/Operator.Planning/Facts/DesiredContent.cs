using Operator.Planning.Record;

namespace Operator.Planning.Facts;

/// <summary>The content that the spec asks for.</summary>
public abstract record DesiredContent
{
    private DesiredContent() { }

    public sealed record Formed(Revision Revision) : DesiredContent;

    /// <summary>
    /// The content can't be formed: a ConfigMap key is missing, its value is too large, or a field is wrong. Revisions that run go on, because they
    /// hold their own values, but none reaches more stores: it may not be what the spec asks for.
    /// </summary>
    /// <param name="IsMissing">True: a ConfigMap key is missing. False: the values are too large, or the spec is wrong.</param>
    /// <param name="Why">What is wrong and what to do.</param>
    public sealed record Unformed(bool IsMissing, string Why) : DesiredContent
    {
        /// <summary>It is unknown whether the object is there: it can't be read.</summary>
        public bool IsUnread { get; init; }

        /// <summary>In one word, for the conditions of connector and rollout alike.</summary>
        public string Reason =>
            IsUnread ? Reasons.ReferenceUnreadable
            : IsMissing ? Reasons.ConfigMapMissing
            : Reasons.InvalidSpec;
    }

    /// <summary>Hash of the content; null: it can't be formed.</summary>
    public string? Hash => this is Formed formed ? formed.Revision.Hash : null;
}
