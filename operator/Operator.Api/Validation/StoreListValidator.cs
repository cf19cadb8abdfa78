using System.Collections.Immutable;
using FluentValidation;

namespace Operator.Api;

/// <summary>What is checked as one: the entries and that no name is there twice.</summary>
internal sealed record StoreListContent(ImmutableArray<Store> Stores);

internal sealed class StoreListValidator : AbstractValidator<StoreListContent>
{
    public StoreListValidator()
    {
        RuleFor(l => l.Stores).Count(0, StoreList.MostStores, "stores");
        RuleFor(l => l.Stores).Unique("stores", s => s.Name);
        RuleForEach(l => l.Stores).SetValidator(new StoreValidator());
    }
}
