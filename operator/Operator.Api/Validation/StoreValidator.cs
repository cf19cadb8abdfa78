using System.Collections.Immutable;
using FluentValidation;

namespace Operator.Api;

internal sealed class StoreValidator : AbstractValidator<Store>
{
    private const int MostLabels = 20;

    public StoreValidator()
    {
        RuleFor(s => s.Name).DnsLabel("store");
        RuleFor(s => s.Sites).Count(0, 20, "sites");
        RuleForEach(s => s.Sites)
            .Must(
                Texts.IsSite,
                s =>
                    $"{Texts.Quote(s)} is no id of a site; use letters, digits, dashes, underscores, dots and colons, at most 40"
            );
        RuleFor(s => s.Credentials).SetValidator(new StoreCredentialsValidator()!); // not asked when there are none
        RuleFor(s => s.Parameters).Custom((p, context) => Parameters.Check(p, 50, 1024, context.AddFailure));
        RuleFor(s => s.Labels).Custom((l, context) => CheckLabels(l, context.AddFailure));
    }

    private static void CheckLabels(ImmutableSortedDictionary<string, string> labels, Action<string> fail)
    {
        if (labels.Count > MostLabels)
        {
            fail($"there are {labels.Count} labels; use at most {MostLabels}");
        }
        foreach (var (name, value) in labels)
        {
            if (!Texts.IsLabelKey(name))
            {
                fail($"{Texts.Quote(name)} is no name of a label; write for example region or example.com/region");
            }
            if (!Texts.IsLabelValue(value))
            {
                fail(
                    $"{name}: {Texts.Quote(value)} is no value of a label; use letters, digits, dashes, underscores and dots, at most 63"
                );
            }
        }
    }
}

internal sealed class StoreSourceValidator : AbstractValidator<StoreSource>
{
    public StoreSourceValidator() =>
        RuleFor(s => s.ConfigMapKeyRef)
            .SetValidator(new KeySelectorValidator("ConfigMap")!)
            .NotNull()
            .WithMessage("the source names no ConfigMap; set configMapKeyRef with name and key");
}

internal sealed class FlowValidator : AbstractValidator<Flow>
{
    private const int LongestSchedule = 128;

    public FlowValidator(ConnectorRuleOptions options)
    {
        RuleFor(f => f.Name).DnsLabel("flow");
        RuleFor(f => f.Schedule)
            .Custom(
                (schedule, context) =>
                {
                    if (ScheduleProblem(context.InstanceToValidate, options) is { } problem)
                    {
                        context.AddFailure(problem);
                    }
                }
            );
        RuleFor(f => f.TimeZone)
            .Must(Texts.IsTimeZone, z => $"{Texts.Quote(z)} is no time zone; use an IANA name such as Europe/Berlin");
        RuleFor(f => f.Spread).Between(TimeSpan.Zero, TimeSpan.FromHours(24));
        RuleFor(f => f.StartingDeadline).Between(TimeSpan.FromSeconds(1), TimeSpan.FromHours(24));
        RuleFor(f => f.StartTimeout).Between(TimeSpan.FromSeconds(5), TimeSpan.FromHours(1));
        RuleFor(f => f.Timeout).Between(TimeSpan.FromSeconds(1), TimeSpan.FromHours(24));
        RuleFor(f => f.MaxStoresPerRun).Between(1, 50);
        RuleFor(f => f.MaxConcurrentRuns).Between(1, 1000);
        RuleFor(f => f.Uses).Count(0, 20, "uses");
        RuleFor(f => f.Uses).Unique("uses", u => u.Api, field: "api");
        RuleForEach(f => f.Uses).SetValidator(new ApiUseValidator());
        RuleFor(f => f.Retries).Between(0, 5);
        RuleFor(f => f.Parameters).Custom((p, context) => Parameters.Check(p, 100, 4096, context.AddFailure));
    }

    private static string? ScheduleProblem(Flow flow, ConnectorRuleOptions options) =>
        flow.Schedule switch
        {
            null or "" => "the schedule is missing; write for example */5 * * * * or @every 5m",
            { Length: > LongestSchedule } =>
                $"the schedule has {flow.Schedule.Length} characters; use at most {LongestSchedule}",
            // A schedule is checked only in a valid time zone: one fault, one finding.
            _ => Texts.IsTimeZone(flow.TimeZone) ? options.ScheduleProblem(flow.Schedule, flow.TimeZone) : null,
        };
}
