using System.Collections.Immutable;
using FluentValidation;

namespace Operator.Api;

/// <summary>
/// The rules of where sync pods run and which labels and annotations they have. Keys of the operator, of GitOps tools and
/// of node security cannot be set.
/// </summary>
internal sealed class PlacementValidator : AbstractValidator<SyncPodSpec>
{
    private const int Most = 20;
    private const int LongestAnnotation = 4096;
    private const string SystemPrefix = "system-";

    public PlacementValidator()
    {
        RuleFor(s => s.NodeSelector).Custom((labels, context) => CheckLabels(labels, context.AddFailure));
        RuleFor(s => s.Tolerations).Count(0, Most, "tolerations");
        RuleForEach(s => s.Tolerations).SetValidator(new TolerationValidator());
        RuleFor(s => s.PriorityClassName!).ObjectName("PriorityClass", isAbsentFine: true);
        RuleFor(s => s.PriorityClassName)
            .Must(
                name => name?.StartsWith(SystemPrefix, StringComparison.Ordinal) is not true,
                name =>
                    $"{Texts.Quote(name)} is for the cluster's own components, whose pods would make way for sync pods; use a PriorityClass of your own"
            );
        RuleFor(s => s.PodLabels)
            .Custom(
                (labels, context) =>
                {
                    CheckLabels(labels, context.AddFailure);
                    CheckOwners(labels.Keys, context.AddFailure);
                }
            );
        RuleFor(s => s.PodAnnotations)
            .Custom(
                (annotations, context) =>
                {
                    CheckKeys(annotations, context.AddFailure);
                    CheckOwners(annotations.Keys, context.AddFailure);
                    foreach (var (key, value) in annotations.Where(a => a.Value.Length > LongestAnnotation))
                    {
                        context.AddFailure(
                            $"{key}: the text has {value.Length} characters; use at most {LongestAnnotation}"
                        );
                    }
                }
            );
    }

    private static void CheckLabels(ImmutableSortedDictionary<string, string> labels, Action<string> fail)
    {
        CheckKeys(labels, fail);
        foreach (var (key, value) in labels.Where(l => !Texts.IsLabelValue(l.Value)))
        {
            fail(
                $"{key}: {Texts.Quote(value)} is no value of a label; use letters, digits, dashes, underscores and dots, at most 63"
            );
        }
    }

    private static void CheckKeys(ImmutableSortedDictionary<string, string> entries, Action<string> fail)
    {
        if (entries.Count > Most)
        {
            fail($"there are {entries.Count} entries; use at most {Most}");
        }
        foreach (var key in entries.Keys.Where(k => !Texts.IsLabelKey(k)))
        {
            fail(
                $"{Texts.Quote(key)} is no key; use letters, digits, dashes, underscores and dots, at most 63, after an optional DNS name and a slash"
            );
        }
    }

    private static void CheckOwners(IEnumerable<string> keys, Action<string> fail)
    {
        foreach (var key in keys)
        {
            if (PodMetadata.OwnerOf(key) is { } owner)
            {
                fail($"{Texts.Quote(key)} belongs to {owner}; remove it or choose another key");
            }
        }
    }
}

internal sealed class TolerationValidator : AbstractValidator<Toleration>
{
    public TolerationValidator()
    {
        RuleFor(t => t.Key).Must(k => k is null || Texts.IsLabelKey(k), k => $"{Texts.Quote(k)} is no key of a taint");
        RuleFor(t => t.Key)
            .Must((t, key) => key is not null || t.Operator is "Exists")
            .WithMessage(
                "a toleration without a key tolerates everything; say so with operator: Exists, or give a key"
            );
        RuleFor(t => t.Operator)
            .Must(
                o => o is null or "Exists" or "Equal",
                o => $"{Texts.Quote(o)} is no operator of a toleration; use Exists or Equal"
            );
        RuleFor(t => t.Value)
            .Must(v => v is null || Texts.IsLabelValue(v), v => $"{Texts.Quote(v)} is no value of a taint");
        RuleFor(t => t.Value)
            .Must((t, value) => string.IsNullOrEmpty(value) || t.Operator is not "Exists")
            .WithMessage("with operator: Exists there is no value to compare; remove the value or use Equal");
        RuleFor(t => t.Effect)
            .Must(
                e => e is null or "NoSchedule" or "PreferNoSchedule" or "NoExecute",
                e => $"{Texts.Quote(e)} is no effect of a taint; use NoSchedule, PreferNoSchedule or NoExecute"
            );
        RuleFor(t => t.TolerationSeconds).Must(s => s is null or >= 0, s => $"{s} is out of range; use 0 or more");
        RuleFor(t => t.TolerationSeconds)
            .Must((t, seconds) => seconds is null || t.Effect is "NoExecute")
            .WithMessage("tolerationSeconds is for the effect NoExecute only; set the effect or remove the seconds");
    }
}
