using FluentValidation;

namespace Operator.Api;

/// <summary>The rules of a rollout's cohort. Whether the stores and labels exist is checked with the connector.</summary>
internal sealed class CohortValidator : AbstractValidator<RolloutCohort>
{
    private const int MostStores = 250;
    private const int MostStrata = 5;

    public CohortValidator()
    {
        RuleFor(c => c.First).Count(0, MostStores, "stores");
        RuleFor(c => c.First).Unique("spec.cohort.first", s => s, field: "name");
        RuleForEach(c => c.First).DnsLabel("store");
        RuleFor(c => c.Last).Count(0, MostStores, "stores");
        RuleFor(c => c.Last).Unique("spec.cohort.last", s => s, field: "name");
        RuleForEach(c => c.Last).DnsLabel("store");
        RuleFor(c => c.Last).Custom((_, context) => RefuseBoth(context.InstanceToValidate, context.AddFailure));
        RuleFor(c => c.Strata).Count(0, MostStrata, "labels");
        RuleFor(c => c.Strata).Unique("spec.cohort.strata", l => l, field: "name");
        RuleForEach(c => c.Strata)
            .Must(
                Texts.IsLabelKey,
                l => $"{Texts.Quote(l)} is no name of a label; write for example region or example.com/region"
            );
    }

    private static void RefuseBoth(RolloutCohort cohort, Action<string, string> fail)
    {
        foreach (var (index, store) in cohort.Last.Index())
        {
            if (cohort.First.IndexOf(store, 0, StringComparer.Ordinal) is >= 0 and var place)
            {
                fail(
                    $"Last[{index}]",
                    $"{Texts.Quote(store)} is spec.cohort.first[{place}] too; keep it in one of the two lists"
                );
            }
        }
    }
}
