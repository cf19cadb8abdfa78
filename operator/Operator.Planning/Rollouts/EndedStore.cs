using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>One store of a run that ended.</summary>
internal sealed record EndedStore(
    Attempt? Attempt,
    Occasion Occasion,
    Entry Entry,
    RunEnding Ending,
    StoreReport? Report
);
