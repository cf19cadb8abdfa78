using System.Collections.Immutable;
using FluentValidation;

namespace Operator.Api;

internal sealed class SyncPodValidator : AbstractValidator<SyncPodSpec>
{
    private const int MostWords = 50;
    private const int LongestWord = 4096;
    private const decimal LeastScratch = 1024 * 1024;

    public SyncPodValidator()
    {
        RuleFor(s => s.Image)
            .Must(
                Texts.IsImage,
                image =>
                    string.IsNullOrEmpty(image)
                        ? "the image is missing; write for example registry.example.com/amazon-sync:1.4.2"
                        : $"{Texts.Quote(image)} is no image reference; write for example registry.example.com/amazon-sync:1.4.2, the repository in lower case, at most 512 characters"
            );
        RuleFor(s => s.ImagePullPolicy)
            .Must(
                p => p is null or "Always" or "IfNotPresent" or "Never",
                p => $"{Texts.Quote(p)} is no pull policy; use Always, IfNotPresent or Never"
            );
        RuleFor(s => s.ImagePullSecrets).Count(0, 20, "pull secrets");
        RuleForEach(s => s.ImagePullSecrets).SetValidator(new SecretRefValidator());
        RuleFor(s => s.Command).Count(0, MostWords, "words");
        RuleForEach(s => s.Command).Must(w => w.Length <= LongestWord, TooLong);
        RuleFor(s => s.Args).Count(0, MostWords, "words");
        RuleForEach(s => s.Args).Must(w => w.Length <= LongestWord, TooLong);
        RuleFor(s => s.Env).Count(0, 100, "environment variables");
        RuleFor(s => s.Env).Unique("spec.sync.env", e => e.Name);
        RuleForEach(s => s.Env).SetValidator(new EnvVarValidator());
        RuleFor(s => s.Resources).SetValidator(new ResourcesValidator()!); // not asked when there are none
        RuleFor(s => s.RunAsUser)
            .Must(
                u => u is >= 1 and <= int.MaxValue,
                u => $"user {u} is not allowed; use 1 to 2147483647, never 0 (root)"
            );
        RuleFor(s => s.Scratch)
            .Must(
                s => Quantity.TryReadBytes(s, out var bytes) && bytes >= LeastScratch,
                s => $"{Texts.Quote(s)} is no size of at least 1Mi; write for example 64Mi"
            );
        RuleFor(s => s.FsGroup)
            .Must(
                g => g is null or (>= 1 and <= int.MaxValue),
                g => $"group {g} is not allowed; use 1 to 2147483647, never 0 (root)"
            );
        RuleFor(s => s.TerminationGracePeriod).Between(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        RuleFor(s => s.CaBundle)
            .Must(b => b is null || b.ConfigMapKeyRef is not null)
            .WithMessage("the CA bundle has no source; set configMapKeyRef or leave caBundle out");
        RuleFor(s => s.CaBundle!.ConfigMapKeyRef)
            .SetValidator(new KeySelectorValidator("ConfigMap")!)
            .When(s => s.CaBundle?.ConfigMapKeyRef is not null);
        RuleFor(s => s.ServiceAccountName!).ObjectName("ServiceAccount", isAbsentFine: true);
        Include(new PlacementValidator());
    }

    internal static string TooLong(string text) => $"the text has {text.Length} characters; use at most {LongestWord}";
}

internal sealed class EnvVarValidator : AbstractValidator<EnvVar>
{
    private const string OwnPrefix = "SYNC_";

    public EnvVarValidator()
    {
        RuleFor(e => e.Name)
            .Must(
                Texts.IsEnvName,
                n =>
                    $"{Texts.Quote(n)} is no name of an environment variable; use letters, digits, underscores, dots and dashes"
            );
        RuleFor(e => e.Name)
            .Must(
                n => n?.StartsWith(OwnPrefix, StringComparison.Ordinal) != true,
                n => $"{Texts.Quote(n)} begins with SYNC_, which is the operator's own; choose another name"
            );
        RuleFor(e => e.Value).Must(v => v is null || v.Length <= 4096, v => SyncPodValidator.TooLong(v ?? ""));
        RuleFor(e => e.ValueFrom)
            .Must((e, from) => e.Value is null || from is null)
            .WithMessage("value and valueFrom exclude each other; keep one");
        RuleFor(e => e.Value)
            .Must((e, value) => value is not null || e.ValueFrom is not null)
            .WithMessage("the variable has no value; set value (it may be \"\") or valueFrom");
        RuleFor(e => e.ValueFrom)
            .Must(f => f is null || (f.SecretKeyRef is null) != (f.ConfigMapKeyRef is null))
            .WithMessage("valueFrom has no single source; set exactly one of secretKeyRef and configMapKeyRef");
        RuleFor(e => e.ValueFrom!.SecretKeyRef)
            .SetValidator(new KeySelectorValidator("Secret")!)
            .When(e => e.ValueFrom?.SecretKeyRef is not null);
        RuleFor(e => e.ValueFrom!.ConfigMapKeyRef)
            .SetValidator(new KeySelectorValidator("ConfigMap")!)
            .When(e => e.ValueFrom?.ConfigMapKeyRef is not null);
    }
}

internal sealed class KeySelectorValidator : AbstractValidator<KeySelector>
{
    public KeySelectorValidator(string kind)
    {
        RuleFor(k => k.Name).ObjectName(kind);
        RuleFor(k => k.Key)
            .Must(
                Texts.IsDataKey,
                k => $"{Texts.Quote(k)} is no key of a {kind}; use letters, digits, dashes, underscores and dots"
            );
    }
}

internal sealed class ResourcesValidator : AbstractValidator<PodResources>
{
    private const int MostResources = 16;
    private const string Example = "write for example cpu: 100m or memory: 256Mi";

    public ResourcesValidator()
    {
        RuleFor(r => r.Requests)
            .Custom(
                (requests, context) =>
                {
                    CheckEach(requests, context.AddFailure);
                    foreach (var (name, request) in requests)
                    {
                        if (
                            context.InstanceToValidate.Limits.TryGetValue(name, out var limit)
                            && Quantity.TryRead(request, out var least)
                            && Quantity.TryRead(limit, out var most)
                            && least > most
                        )
                        {
                            context.AddFailure(
                                $"{name}: {request} is above the limit of {limit}; lower it or raise the limit"
                            );
                        }
                    }
                }
            );
        RuleFor(r => r.Limits).Custom((limits, context) => CheckEach(limits, context.AddFailure));
    }

    private static void CheckEach(ImmutableSortedDictionary<string, string> quantities, Action<string> fail)
    {
        if (quantities.Count > MostResources)
        {
            fail($"there are {quantities.Count} resources; list at most {MostResources}");
        }
        foreach (var (name, quantity) in quantities)
        {
            if (!Texts.IsResourceName(name))
            {
                fail($"{Texts.Quote(name)} is no name of a resource; {Example}");
            }
            var isBytes = name is "memory" or "ephemeral-storage";
            if (isBytes ? !Quantity.TryReadBytes(quantity, out _) : !Quantity.TryRead(quantity, out _))
            {
                fail($"{name}: {Texts.Quote(quantity)} is no quantity; {Example}");
            }
        }
    }
}
