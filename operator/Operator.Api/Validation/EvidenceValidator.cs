using FluentValidation;

namespace Operator.Api;

/// <summary>The rules of a rollout's minima. Whether the schedule can reach them is checked with the connector.</summary>
internal sealed class EvidenceValidator : AbstractValidator<EvidenceMinima>
{
    public const int MostRuns = 1_000_000;
    public const int MostItems = 1_000_000_000;
    public const int MostStores = 10_000;
    private const int MostFlows = 20;

    public EvidenceValidator()
    {
        RuleFor(e => e.MinRuns).Between(1, MostRuns);
        RuleFor(e => e.MinItems).Between(0, MostItems);
        RuleFor(e => e.MinStores).Between(1, MostStores);
        RuleFor(e => e.Flows).Count(0, MostFlows, "flows");
        RuleFor(e => e.Flows).Unique("spec.evidence.flows", f => f, field: "name");
        RuleForEach(e => e.Flows).DnsLabel("flow");
    }
}

internal sealed class StepMinimaValidator : AbstractValidator<StepMinima>
{
    public StepMinimaValidator()
    {
        RuleFor(e => e.MinRuns).Between(1, EvidenceValidator.MostRuns);
        RuleFor(e => e.MinItems).Between(0, EvidenceValidator.MostItems);
        RuleFor(e => e.MinStores).Between(1, EvidenceValidator.MostStores);
    }
}

internal sealed class AnalysisValidator : AbstractValidator<AnalysisLimits>
{
    private const string NoProof =
        "with control 0% no run of the cohort stays on stable, so nothing is proven: only limits are kept, and an outage looks like a bad version unless stores outside the cohort show it; use 0% only for workers that can't alternate between two versions, else leave it out (50%)";

    public AnalysisValidator()
    {
        RuleFor(a => a.MaxErrorRate).Percentage("2%");
        RuleFor(a => a.MaxIncrease).Percentage("50%");
        RuleFor(a => a.MaxVolumeDrop).Percentage("50%");
        RuleFor(a => a.FalseAbortRate)
            .Must(
                p => p.TryGet(out var share) && share is >= 0.001m and <= 0.1m,
                p => $"{Texts.Quote(p)} is no percentage from 0.1% to 10%; write for example 1%"
            );
        RuleFor(a => a.Control)
            .Must(
                p => p.TryGet(out var share) && share is 0 or (>= 0.1m and <= 0.9m),
                p =>
                    $"{Texts.Quote(p)} is neither 0% nor a percentage from 10% to 90%; write for example 50%, or 0% for no control and no proof"
            );
        RuleFor(a => a.Control)
            .Must((limits, _) => limits.HasControl())
            .WithSeverity(Severity.Warning)
            .WithMessage(NoProof);
    }
}

internal sealed class DeadlinesValidator : AbstractValidator<Deadlines>
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    public DeadlinesValidator()
    {
        RuleFor(d => d.Evidence).Between(Shortest, Longest);
        RuleFor(d => d.OnDeadline)
            .NotEqual(OnDeadline.Unknown)
            .WithMessage("what happens at the deadline is unknown; use Hold or Rollback");
    }
}
