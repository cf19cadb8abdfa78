using System.Collections.Immutable;
using FluentValidation;

namespace Operator.Api;

/// <summary>
/// The rules of a rollout. The planner compares steps in different notations, because it knows the number of stores.
/// </summary>
internal sealed class RolloutValidator : AbstractValidator<RolloutSpec>
{
    private const int MostSteps = 20;

    public RolloutValidator()
    {
        RuleFor(r => r.ConnectorRef.Name).ObjectName(ApiGroup.ConnectorKind);
        RuleFor(r => r.Steps).Count(1, MostSteps, "steps");
        RuleForEach(r => r.Steps).SetValidator(new StepValidator());
        RuleFor(r => r.Steps).Custom((steps, context) => RefuseShrinking(steps, context.AddFailure));
        RuleFor(r => r.Cohort).SetValidator(new CohortValidator());
        RuleFor(r => r.Evidence).SetValidator(new EvidenceValidator());
        RuleFor(r => r.Analysis).SetValidator(new AnalysisValidator());
        RuleFor(r => r.OnFailure)
            .NotEqual(FailurePolicy.Unknown)
            .WithMessage("the failure policy is unknown; use Rollback or Pause");
        RuleFor(r => r.InFlight)
            .NotEqual(InFlight.Unknown)
            .WithMessage("what happens to runs in flight is unknown; use Drain or Stop");
        RuleFor(r => r.Deadlines).SetValidator(new DeadlinesValidator());
    }

    /// <summary>Compares each step with the widest step before it in the same notation.</summary>
    private static void RefuseShrinking(ImmutableArray<RolloutStep> steps, Action<string, string> fail)
    {
        int? widestShare = null;
        int? widestCount = null;
        for (var i = 0; i < steps.Length; i++)
        {
            if (SizeOf(steps[i].Stores) is not > 0m)
            {
                continue;
            }
            ref var widest = ref steps[i].Stores.TryGetCount(out _) ? ref widestCount : ref widestShare;
            if (widest is { } before && SizeOf(steps[i].Stores) < SizeOf(steps[before].Stores))
            {
                var which = before == i - 1 ? "the step before it" : $"steps[{before}]";
                fail(
                    $"Steps[{i}].Stores",
                    $"{steps[i].Stores} is less than {which} ({steps[before].Stores}); steps may only grow"
                );
                continue;
            }
            widest = i;
        }
    }

    private static decimal? SizeOf(StoreShare share) =>
        share.TryGetCount(out var count) ? count
        : share.TryGetFraction(out var fraction) ? fraction
        : null;

    private sealed class StepValidator : AbstractValidator<RolloutStep>
    {
        private const int MostStores = 999_999;
        private static readonly TimeSpan LongestStep = TimeSpan.FromDays(30);

        public StepValidator()
        {
            RuleFor(s => s.Stores)
                .Must(
                    IsSane,
                    s =>
                        $"{Texts.Quote(s)} is no number of stores; use a number from 1 or a percentage above 0% and at most 100%, such as 5%"
                );
            RuleFor(s => s.MinDuration).Between(TimeSpan.Zero, LongestStep);
            RuleFor(s => s.Evidence).SetValidator(new StepMinimaValidator()!); // not asked when there is none
        }

        private static bool IsSane(StoreShare share) =>
            share.TryGetCount(out var count)
                ? count is >= 1 and <= MostStores
                : share.TryGetFraction(out var fraction) && fraction is > 0 and <= 1;
    }
}
