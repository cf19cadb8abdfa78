using FluentValidation;

namespace Operator.Api;

/// <summary>What makes a connector workable. Everything that the schema and CEL refuse is refused here too: a cluster may know neither.</summary>
internal sealed class ConnectorValidator : AbstractValidator<ConnectorSpec>
{
    private const int MostStores = 250;
    private const int MostFlows = 20;

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
        RuleFor(s => s.Stores).Count(1, MostStores, "stores");
        RuleFor(s => s.Stores).Unique("spec.stores", s => s.Name);
        RuleForEach(s => s.Stores).SetValidator(new StoreValidator());
        RuleFor(s => s.Flows).Count(1, MostFlows, "flows");
        RuleFor(s => s.Flows).Unique("spec.flows", f => f.Name);
        RuleForEach(s => s.Flows).SetValidator(new FlowValidator(options));
        RuleFor(s => s.History.Slots).Between(0, 10);
        RuleFor(s => s.History.FailedRuns).Between(0, 20);
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
            .SetValidator(new SecretRefValidator()!)
            .NotNull()
            .WithMessage(SecretRefValidator.Missing);
}

internal sealed class SecretRefValidator : AbstractValidator<LocalObjectReference>
{
    public const string Missing = "the credentials name no Secret; set secretRef.name or leave credentials out";

    public SecretRefValidator() => RuleFor(r => r.Name).ObjectName("Secret");
}
