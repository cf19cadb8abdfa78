using System.Text.Json.Nodes;
using Operator.Testing;

namespace Operator.Api.Tests.KnownFaults;

public sealed class ActionFaults
{
    [KnownFault("3 of 11", 7)]
    public void An_empty_list_of_stores_that_is_written_out_is_refused() =>
        Assert.NotEmpty(ActionRules.Check(A.FullAction(spec => spec["stores"] = new JsonArray())));
}
