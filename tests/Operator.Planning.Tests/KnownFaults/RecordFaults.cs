using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Testing;

namespace Operator.Planning.Tests.KnownFaults;

/// <summary>Faults of what the record says about pods.</summary>
public sealed class RecordFaults
{
    [KnownFault("2 of 11", 14)]
    public void A_copy_of_a_pod_is_not_taken_for_the_pod()
    {
        var print = new Fingerprint
        {
            Record = "r",
            Flow = "orders",
            Occasion = "s1",
            Index = 0,
            Revision = "x",
            Stores = ["a"],
        };
        var entry = new Entry { Revision = "x", Stores = ["a"] };
        var occasion = new Occasion { Id = "s1", Entries = [entry] };
        var record = new ConnectorRecord { Id = "r" }.With("orders", new FlowPlan { Occasions = [occasion] });
        var real = new ObservedPod
        {
            Name = "amazon-eu-orders-1234",
            Uid = "1",
            Fingerprint = print,
        };
        var copy = real with { Name = "debug-of-it", Uid = "2" };

        Assert.Equal("1", PodIndex.Of(record, [real, copy]).Find("orders", occasion, entry)?.Uid);
    }
}
