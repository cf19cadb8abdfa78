using System.Collections.Immutable;
using FluentValidation;

namespace Operator.Api;

/// <summary>The entries of one list, checked together: each entry, and that names are unique.</summary>
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
