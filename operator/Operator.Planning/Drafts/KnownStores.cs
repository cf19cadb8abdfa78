using Operator.Planning.Facts;

namespace Operator.Planning.Drafts;

/// <summary>
/// The stores that the record knew before this plan. Any other store joined since a flow was last listed, opened or closed, so
/// earlier due times are not its own.
/// </summary>
internal sealed class KnownStores(RecordSight record)
{
    private readonly Lazy<HashSet<string>> _stores = new(() =>
        record is RecordSight.Found found
            ? found.Record.Outcomes.Stores.ToHashSet(StringComparer.Ordinal)
            : new HashSet<string>(StringComparer.Ordinal)
    );

    public bool Has(string store) => _stores.Value.Contains(store);
}
