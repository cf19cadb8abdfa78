using System.Collections.Immutable;
using System.Text;
using FluentValidation;

namespace Operator.Api;

/// <summary>What makes a connector workable. Everything that the schema and CEL refuse is refused here too: a cluster may know neither.</summary>
internal sealed class ConnectorValidator : AbstractValidator<ConnectorSpec>
{
    private const int MaxStores = 250;
    private const int MaxFlows = 20;

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
        RuleFor(s => s.Credentials!.SecretRef!.Name) // when there are any
            .Must(Texts.IsObjectName)
            .When(s => s.Credentials?.SecretRef is not null)
            .WithMessage(SecretNameMessage);
        RuleFor(s => s.Stores.Length)
            .InclusiveBetween(1, MaxStores)
            .OverridePropertyName("Stores")
            .WithMessage(s => $"there are {s.Stores.Length} stores; list 1 to {MaxStores}");
        RuleForEach(s => s.Stores).SetValidator(new StoreValidator());
        RuleFor(s => s.Stores).Custom((stores, context) => RefuseTwins(stores, s => s.Name, "stores", context.AddFailure));
        RuleFor(s => s.Flows.Length)
            .InclusiveBetween(1, MaxFlows)
            .OverridePropertyName("Flows")
            .WithMessage(s => $"there are {s.Flows.Length} flows; list 1 to {MaxFlows}");
        RuleForEach(s => s.Flows).SetValidator(new FlowValidator(options));
        RuleFor(s => s.Flows).Custom((flows, context) => RefuseTwins(flows, f => f.Name, "flows", context.AddFailure));
        RuleFor(s => s.History.Slots).InclusiveBetween(0, 10).WithMessage("keep the pods of 0 to 10 slots");
        RuleFor(s => s.History.FailedRuns).InclusiveBetween(0, 20).WithMessage("keep the pods of 0 to 20 failed runs");
    }

    internal const string SecretNameMessage =
        "'{PropertyValue}' is no name of a Secret; give the name of one in this namespace";

    private static void RefuseTwins<T>(ImmutableArray<T> items, Func<T, string> name, string list, Action<string, string> fail)
    {
        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < items.Length; i++)
        {
            if (!first.TryAdd(name(items[i]), i))
            {
                fail(
                    $"{list}[{i}].name",
                    $"'{name(items[i])}' is the name of {list}[{first[name(items[i])]}] too; give each its own name"
                );
            }
        }
    }
}

internal sealed class SyncPodValidator : AbstractValidator<SyncPodSpec>
{
    public SyncPodValidator()
    {
        RuleFor(s => s.Image)
            .Must(Texts.IsImage)
            .WithMessage("'{PropertyValue}' is no image reference; write for example registry.example.com/amazon-sync:1.4.2");
        RuleFor(s => s.ImagePullPolicy)
            .Must(p => p is null or "Always" or "IfNotPresent" or "Never")
            .WithMessage("'{PropertyValue}' is no pull policy; use Always, IfNotPresent or Never");
        RuleForEach(s => s.ImagePullSecrets)
            .ChildRules(r => r.RuleFor(x => x.Name).Must(Texts.IsObjectName).WithMessage(ConnectorValidator.SecretNameMessage));
        RuleForEach(s => s.Env).SetValidator(new EnvVarValidator());
        RuleFor(s => s.RunAsUser)
            .InclusiveBetween(1, int.MaxValue)
            .WithMessage("user {PropertyValue} is not allowed; use 1 to 2147483647, never 0 (root)");
        RuleFor(s => s.Scratch)
            .Must(Texts.IsQuantity)
            .WithMessage("'{PropertyValue}' is no quantity; write for example 64Mi");
        RuleFor(s => s.Resources)
            .Must(r => r is null || r.Requests.Concat(r.Limits).All(q => Texts.IsQuantity(q.Value)))
            .WithMessage("a request or limit is no quantity; write for example 100m or 256Mi");
    }
}

internal sealed class EnvVarValidator : AbstractValidator<EnvVar>
{
    private const string OwnPrefix = "SYNC_";

    public EnvVarValidator()
    {
        RuleFor(e => e.Name)
            .Must(Texts.IsEnvName)
            .WithMessage("'{PropertyValue}' is no name of an environment variable");
        RuleFor(e => e.Name)
            .Must(n => !n.StartsWith(OwnPrefix, StringComparison.Ordinal))
            .WithMessage("'{PropertyValue}' begins with SYNC_, which is the operator's own; choose another name");
        RuleFor(e => e)
            .Must(e => e.Value is null || e.ValueFrom is null)
            .OverridePropertyName("ValueFrom")
            .WithMessage("value and valueFrom exclude each other; keep one");
        RuleFor(e => e.ValueFrom)
            .Must(f => f is null || (f.SecretKeyRef is null) != (f.ConfigMapKeyRef is null))
            .WithMessage("give exactly one of secretKeyRef and configMapKeyRef");
        RuleFor(e => e.ValueFrom)
            .Must(f => IsSane(f?.SecretKeyRef) && IsSane(f?.ConfigMapKeyRef))
            .WithMessage("a reference needs the name of an object in this namespace and one of its keys");
    }

    private static bool IsSane(KeySelector? selector) =>
        selector is null || (Texts.IsObjectName(selector.Name) && Texts.IsDataKey(selector.Key));
}

internal sealed class StoreValidator : AbstractValidator<Store>
{
    private const int MaxParameterBytes = 1024;

    public StoreValidator()
    {
        RuleFor(s => s.Name)
            .Must(Texts.IsDnsLabel)
            .WithMessage("'{PropertyValue}' is no store name; use lower-case letters, digits and dashes, at most 63");
        RuleFor(s => s.Credentials!.SecretRef!.Name) // when there are any
            .Must(Texts.IsObjectName)
            .When(s => s.Credentials?.SecretRef is not null)
            .WithMessage(ConnectorValidator.SecretNameMessage);
        RuleFor(s => s.Parameters)
            .Must(p => ParameterBytes(p) <= MaxParameterBytes)
            .WithMessage(s => $"the parameters take {ParameterBytes(s.Parameters)} bytes, at most {MaxParameterBytes} fit a store");
        RuleFor(s => s.Sites).Must(s => s.Length <= 50).WithMessage("list at most 50 sites");
    }

    internal static int ParameterBytes(ImmutableSortedDictionary<string, string> parameters) =>
        parameters.Sum(p => Encoding.UTF8.GetByteCount(p.Key) + Encoding.UTF8.GetByteCount(p.Value));
}

internal sealed class FlowValidator : AbstractValidator<Flow>
{
    private const int MaxParameterBytes = 4096;

    public FlowValidator(ConnectorRuleOptions options)
    {
        RuleFor(f => f.Name)
            .Must(Texts.IsDnsLabel)
            .WithMessage("'{PropertyValue}' is no flow name; use lower-case letters, digits and dashes, at most 63");
        RuleFor(f => f.Schedule)
            .Custom(
                (schedule, context) =>
                {
                    if (options.ScheduleProblem(schedule, context.InstanceToValidate.TimeZone) is { } problem)
                    {
                        context.AddFailure(problem);
                    }
                }
            );
        Between(f => f.StartingDeadline, TimeSpan.FromSeconds(1), TimeSpan.FromHours(24));
        Between(f => f.StartTimeout, TimeSpan.FromSeconds(5), TimeSpan.FromHours(1));
        Between(f => f.Timeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(24));
        RuleFor(f => f.MaxStoresPerRun).InclusiveBetween(1, 50).WithMessage("{PropertyValue} is out of range; use 1 to 50");
        RuleFor(f => f.MaxConcurrentRuns).InclusiveBetween(1, 1000).WithMessage("{PropertyValue} is out of range; use 1 to 1000");
        RuleFor(f => f.Parameters)
            .Must(p => StoreValidator.ParameterBytes(p) <= MaxParameterBytes)
            .WithMessage(f => $"the parameters take {StoreValidator.ParameterBytes(f.Parameters)} bytes, at most {MaxParameterBytes} fit a flow");
    }

    private void Between(System.Linq.Expressions.Expression<Func<Flow, Duration>> property, TimeSpan least, TimeSpan most) =>
        RuleFor(property)
            .Must(d => d.TryGet(out var value) && value >= least && value <= most)
            .WithMessage($"'{{PropertyValue}}' is no duration from {least.TotalSeconds:0}s to {most.TotalHours:0}h; write for example 90s or 10m");
}
