using System.Collections.Immutable;
using FluentValidation;

namespace Operator.Api;

/// <summary>What makes a rollout workable. Steps in different notations are compared by the planner, against the number of stores.</summary>
internal sealed class RolloutValidator : AbstractValidator<RolloutSpec>
{
    private const int MaxSteps = 20;
    private static readonly TimeSpan LongestStep = TimeSpan.FromDays(30);

    public RolloutValidator()
    {
        RuleFor(r => r.ConnectorRef.Name)
            .Must(Texts.IsObjectName)
            .WithMessage("'{PropertyValue}' is no name of a MarketplaceConnector; give the name of one in this namespace");
        RuleFor(r => r.Steps.Length)
            .InclusiveBetween(1, MaxSteps)
            .OverridePropertyName("Steps")
            .WithMessage(r => $"there are {r.Steps.Length} steps; list 1 to {MaxSteps}");
        RuleForEach(r => r.Steps)
            .ChildRules(step =>
            {
                step.RuleFor(s => s.Stores)
                    .Must(IsSaneShare)
                    .WithMessage("'{PropertyValue}' reaches no sane number of stores; use a number from 1 or a percentage above 0% and at most 100%");
                step.RuleFor(s => s.MinDuration)
                    .Must(d => d.TryGet(out var value) && value <= LongestStep)
                    .WithMessage("'{PropertyValue}' is no duration from 0s to 720h; write for example 30m");
            });
        RuleFor(r => r.Steps).Custom((steps, context) => RefuseShrinking(steps, context.AddFailure));
        RuleFor(r => r.Evidence.MinRuns).GreaterThanOrEqualTo(1).WithMessage("{PropertyValue} runs are no evidence; ask for at least 1");
        RuleFor(r => r.Evidence.MinItems).GreaterThanOrEqualTo(0).WithMessage("{PropertyValue} is negative; ask for 0 or more items");
        RuleFor(r => r.Evidence.MinStores).GreaterThanOrEqualTo(1).WithMessage("{PropertyValue} stores are no evidence; ask for at least 1");
        RuleFor(r => r.Analysis.MaxErrorRate)
            .Must(p => p.TryGet(out var fraction) && fraction <= 1)
            .WithMessage("'{PropertyValue}' is no percentage from 0% to 100%; write for example 2%");
        RuleFor(r => r.OnFailure).NotEqual(FailurePolicy.Unknown).WithMessage("the failure policy is unknown; use Rollback or Pause");
    }

    private static bool IsSaneShare(StoreShare share) =>
        share.TryGetCount(out var count) ? count >= 1 : share.TryGetFraction(out var fraction) && fraction is > 0 and <= 1;

    /// <summary>Shares are compared with shares and numbers with numbers.</summary>
    private static void RefuseShrinking(ImmutableArray<RolloutStep> steps, Action<string, string> fail)
    {
        (decimal Share, int Count) widest = (0, 0);
        for (var i = 0; i < steps.Length; i++)
        {
            var share = steps[i].Stores;
            if (share.TryGetCount(out var count))
            {
                if (count < widest.Count)
                {
                    fail($"steps[{i}].stores", $"{count} is less than an earlier step's {widest.Count}; steps may only grow");
                }
                widest.Count = Math.Max(widest.Count, count);
            }
            else if (share.TryGetFraction(out var fraction))
            {
                if (fraction < widest.Share)
                {
                    fail($"steps[{i}].stores", $"{share} is less than an earlier step's {widest.Share * 100:0.##}%; steps may only grow");
                }
                widest.Share = Math.Max(widest.Share, fraction);
            }
        }
    }
}
