using FluentValidation;

namespace Operator.Api;

internal sealed class QuotaValidator : AbstractValidator<Quota>
{
    public QuotaValidator()
    {
        RuleFor(q => q.Api).ApiName();
        RuleFor(q => q.Rate)
            .Must(
                r => r is not { } rate || rate.TryGet(out _, out _),
                r => $"{Texts.Quote(r)} is no rate; write for example 1/180s, 5/1s or 100/1h"
            );
        RuleFor(q => q.Rate)
            .Must((q, rate) => rate is not null || q.PerDay is not null)
            .WithMessage("the quota limits nothing; set rate, perDay or both");
        RuleFor(q => q.Burst)
            .Must(b => b is null or (>= 1 and <= 1_000_000), b => $"{b} is out of range; use 1 to 1000000");
        RuleFor(q => q.Burst)
            .Must((q, burst) => burst is null || q.Rate is not null)
            .WithMessage("a burst belongs to a rate; set it or remove the burst");
        RuleFor(q => q.PerDay)
            .Must(d => d is null or (>= 1 and <= 1_000_000_000), d => $"{d} is out of range; use 1 to 1000000000");
        RuleFor(q => q.Scope)
            .NotEqual(QuotaScope.Unknown)
            .WithMessage("the scope is unknown; use Store or Application");
    }
}

internal sealed class ApiUseValidator : AbstractValidator<ApiUse>
{
    public ApiUseValidator()
    {
        RuleFor(u => u.Api).ApiName();
        RuleFor(u => u.CallsPerStore).Between(1, 10_000);
    }
}
