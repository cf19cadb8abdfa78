using FluentValidation;

namespace Operator.Api;

/// <summary>The rules of an action's own fields. The planner checks it against the connector.</summary>
internal sealed class ActionValidator : AbstractValidator<ActionSpec>
{
    private const int MostStores = 250;
    private const int LongestReason = 256;

    public ActionValidator()
    {
        RuleFor(a => a.TargetRef.Kind)
            .NotEqual(ActionTargetKind.Unknown)
            .WithMessage($"the kind is unknown; use {ApiGroup.ConnectorKind}");
        RuleFor(a => a.TargetRef.Name).ObjectName(ApiGroup.ConnectorKind);
        RuleFor(a => a.Action)
            .NotEqual(ActionVerb.Unknown)
            .WithMessage("the action is unknown; use RunNow, Suspend or Unsuspend");
        RuleFor(a => a.Flow)
            .Must(
                flow => flow.Length == 0 || Texts.IsDnsLabel(flow),
                flow => $"{Texts.Quote(flow)} is no flow name; use lower-case letters, digits and dashes, at most 63"
            );
        RuleFor(a => a.Stores).Count(0, MostStores, "stores");
        RuleFor(a => a.Stores)
            .Must((action, _) => !action.NamesNoStore)
            .WithMessage("the list is empty or null; name stores, or leave the list out for all stores");
        RuleForEach(a => a.Stores).DnsLabel("store");
        RuleFor(a => a.Since).Must(IsInstant, NoInstant);
        RuleFor(a => a.Since)
            .Must((action, since) => !since.IsGiven || action.Action == ActionVerb.RunNow)
            .WithMessage("only RunNow has a since; remove it");
        RuleFor(a => a.Until).Must(IsInstant, NoInstant);
        RuleFor(a => a.Until)
            .Must((action, until) => !until.IsGiven || action.Action == ActionVerb.Suspend)
            .WithMessage("only Suspend has an until; remove it");
        RuleFor(a => a.Reason)
            .Must(
                reason => reason.Length <= LongestReason,
                reason => $"the reason has {reason.Length} characters; use at most {LongestReason}"
            );
    }

    private static bool IsInstant(Instant instant) => !instant.IsGiven || instant.TryGet(out _);

    private static string NoInstant(Instant instant) =>
        $"{Texts.Quote(instant)} is no instant; write date, time and offset, for example 2026-11-25T17:00:00Z";
}
