using Operator.Api;
using Operator.Testing;

namespace Operator.Planning.Tests.KnownFaults;

/// <summary>A way in which a version reaches more stores than its step says.</summary>
public sealed class RolloutFaults
{
    [KnownFault("4 of 11", 29)]
    public void A_share_below_100_percent_leaves_a_store_out()
    {
        foreach (var (share, stores) in new[] { ("90%", 4), ("99%", 3), ("99%", 40), ("99.9%", 250) })
        {
            Assert.InRange(Rollouts.CohortOrder.Places(new StoreShare(share), stores), 1, stores - 1);
        }
    }
}
