using System.Collections.Immutable;
using FluentValidation;
using FluentValidation.Results;

namespace Operator.Api;

/// <summary>
/// The rules of a connector. They repeat all that the schema and CEL reject, because a cluster may enforce neither.
/// </summary>
internal sealed class ConnectorValidator : AbstractValidator<ConnectorSpec>
{
    private const int MostStores = 250;
    private const int MostLists = 50;
    private const int MostFlows = 20;
    private const int MostQuotas = 100;

    public ConnectorValidator(ConnectorRuleOptions options)
    {
        RuleFor(s => s.Marketplace)
            .NotEqual(Marketplace.Unknown)
            .WithMessage("the marketplace is missing or unknown; use Amazon, Shopee, Lazada, Ebay, Walmart or Custom");
        RuleFor(s => s.Environment)
            .NotEqual(DeploymentEnvironment.Unknown)
            .WithMessage("the environment is unknown; use Production, Staging or Development");
        RuleFor(s => s.UpdatePolicy)
            .NotEqual(UpdatePolicy.Unknown)
            .WithMessage("the update policy is unknown; use Rollout or Immediate");
        RuleFor(s => s.Sync).SetValidator(new SyncPodValidator());
        RuleFor(s => s.Credentials).SetValidator(new AppCredentialsValidator()!); // not asked when there are none
        RuleFor(s => s.Stores).Count(0, MostStores, "stores");
        RuleFor(s => s.Stores)
            .Must((spec, stores) => !stores.IsEmpty || !spec.StoresFrom.IsEmpty)
            .WithMessage("there are no stores; list at least 1, or name a ConfigMap with stores in storesFrom");
        RuleFor(s => s.Stores).Unique("spec.stores", s => s.Name);
        RuleForEach(s => s.Stores).SetValidator(new StoreValidator());
        RuleFor(s => s.Stores).Custom((stores, context) => AdviseTwins(stores, context.AddFailure));
        RuleFor(s => s.StoresFrom).Count(0, MostLists, "lists of stores");
        RuleFor(s => s.StoresFrom).Custom((sources, context) => RefuseTwice(sources, context.AddFailure));
        RuleForEach(s => s.StoresFrom).SetValidator(new StoreSourceValidator());
        RuleFor(s => s.Stores)
            .Custom(
                (stores, context) =>
                {
                    if (context.InstanceToValidate.Marketplace == Marketplace.Custom)
                    {
                        CheckKeysAreNamed(stores, context.AddFailure);
                    }
                }
            );
        RuleFor(s => s.Flows).Count(1, MostFlows, "flows");
        RuleFor(s => s.Flows).Unique("spec.flows", f => f.Name);
        RuleForEach(s => s.Flows).SetValidator(new FlowValidator(options));
        RuleFor(s => s.Quotas).Count(0, MostQuotas, "quotas");
        RuleFor(s => s.Quotas).Unique("spec.quotas", q => q.Api, field: "api");
        RuleForEach(s => s.Quotas).SetValidator(new QuotaValidator());
        RuleFor(s => s.History.Slots).Between(0, 10);
        RuleFor(s => s.History.FailedRuns).Between(0, 20);
    }

    private static void RefuseTwice(ImmutableArray<StoreSource> sources, Action<string, string> fail)
    {
        for (var i = 1; i < sources.Length; i++)
        {
            if (sources[i].ConfigMapKeyRef is { } twin && sources.IndexOf(sources[i]) is var first && first < i)
            {
                fail(
                    $"StoresFrom[{i}]",
                    $"key {Texts.Quote(twin.Key)} of ConfigMap {Texts.Quote(twin.Name)} is spec.storesFrom[{first}] too; remove one"
                );
            }
        }
    }

    private static void AdviseTwins(ImmutableArray<Store> stores, Action<ValidationFailure> advise)
    {
        foreach (var (first, second) in AccountTwins.In(stores))
        {
            advise(
                new ValidationFailure(
                    $"Stores[{second}].Credentials.SecretRef",
                    AccountTwins.Describe(stores[first], stores[second])
                )
                {
                    Severity = Severity.Warning,
                }
            );
        }
    }

    /// <summary>
    /// A shared Secret of a Custom store needs a list of keys, because there is no marketplace profile with defaults.
    /// </summary>
    private static void CheckKeysAreNamed(ImmutableArray<Store> stores, Action<string, string> fail)
    {
        for (var i = 0; i < stores.Length; i++)
        {
            if (stores[i].Credentials?.SecretRef is { KeyPrefix: not null, Keys.IsEmpty: true })
            {
                fail(
                    $"stores[{i}].credentials.secretRef.keys",
                    "with marketplace Custom a keyPrefix needs keys: list the files that the worker reads, such as token"
                );
            }
        }
    }
}

internal sealed class AppCredentialsValidator : AbstractValidator<AppCredentials>
{
    public AppCredentialsValidator() =>
        RuleFor(c => c.SecretRef)
            .SetValidator(new SecretRefValidator()!)
            .NotNull()
            .WithMessage(SecretRefValidator.Missing);
}

internal sealed class StoreCredentialsValidator : AbstractValidator<StoreCredentials>
{
    public StoreCredentialsValidator() =>
        RuleFor(c => c.SecretRef)
            .SetValidator(new StoreSecretValidator()!)
            .NotNull()
            .WithMessage(SecretRefValidator.Missing);
}

internal sealed class StoreSecretValidator : AbstractValidator<StoreSecretReference>
{
    private const int MostKeys = 20;

    public StoreSecretValidator()
    {
        RuleFor(r => r.Name).ObjectName("Secret");
        RuleFor(r => r.KeyPrefix)
            .Must(
                p => p is null || Texts.IsKeyPrefix(p),
                p =>
                    $"{Texts.Quote(p)} is no beginning of keys; use letters, digits, dashes, underscores and dots, at most 190"
            );
        RuleFor(r => r.Keys).Count(0, MostKeys, "keys");
        RuleFor(r => r.Keys)
            .Must((r, keys) => keys.IsEmpty || r.KeyPrefix is not null)
            .WithMessage(
                "keys belong to a keyPrefix; set it, or leave keys out: then every key of the Secret is a file"
            );
        RuleForEach(r => r.Keys)
            .Must(
                k => k?.Length <= Texts.LongestLabel && Texts.IsDataKey(k),
                k =>
                    $"{Texts.Quote(k)} is no key of a Secret; use letters, digits, dashes, underscores and dots, at most 63"
            );
    }
}

internal sealed class SecretRefValidator : AbstractValidator<LocalObjectReference>
{
    public const string Missing = "the credentials name no Secret; set secretRef.name or leave credentials out";

    public SecretRefValidator() => RuleFor(r => r.Name).ObjectName("Secret");
}
