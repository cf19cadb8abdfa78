using FluentValidation;

namespace Operator.Api;

internal sealed class StoreValidator : AbstractValidator<Store>
{
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
    }
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
        RuleFor(f => f.StartingDeadline).Between(TimeSpan.FromSeconds(1), TimeSpan.FromHours(24));
        RuleFor(f => f.StartTimeout).Between(TimeSpan.FromSeconds(5), TimeSpan.FromHours(1));
        RuleFor(f => f.Timeout).Between(TimeSpan.FromSeconds(1), TimeSpan.FromHours(24));
        RuleFor(f => f.MaxStoresPerRun).Between(1, 50);
        RuleFor(f => f.MaxConcurrentRuns).Between(1, 1000);
        RuleFor(f => f.Uses).Count(0, 20, "uses");
        RuleFor(f => f.Uses).Unique("uses", u => u.Api, field: "api");
        RuleForEach(f => f.Uses).SetValidator(new ApiUseValidator());
        RuleFor(f => f.Parameters).Custom((p, context) => Parameters.Check(p, 100, 4096, context.AddFailure));
    }

    private static string? ScheduleProblem(Flow flow, ConnectorRuleOptions options) =>
        flow.Schedule switch
        {
            null or "" => "the schedule is missing; write for example */5 * * * * or @every 5m",
            { Length: > LongestSchedule } =>
                $"the schedule has {flow.Schedule.Length} characters; use at most {LongestSchedule}",
            // The schedule is judged in a zone of the right form only: one fault, one finding.
            _ => Texts.IsTimeZone(flow.TimeZone) ? options.ScheduleProblem(flow.Schedule, flow.TimeZone) : null,
        };
}
