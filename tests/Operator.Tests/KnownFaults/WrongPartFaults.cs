using Operator.Testing;

namespace Operator.Tests.KnownFaults;

/// <summary>A connector with one invalid part.</summary>
public sealed class WrongPartFaults
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 12, 0, 50, TimeSpan.Zero);

    [KnownFault("4 of 11", 25)]
    public void A_flow_with_an_impossible_schedule_leaves_the_others_alone()
    {
        using var world = new OneConnector(
            Start,
            1,
            _ => TimeSpan.FromSeconds(5),
            """{"name":"orders","schedule":"*/5 * * * *"}""",
            """{"name":"report","schedule":"0 0 28 2 *"}"""
        );
        world.Run(TimeSpan.FromMinutes(30));
        Given.That(world.Made.Count == 6, "a run every five minutes");
        world.Made.Clear();

        world.Edit(c => c["spec"]!["flows"]![1]!["schedule"] = "0 0 30 2 *"); // the spec has two flows
        world.Run(TimeSpan.FromMinutes(60));

        Assert.Equal(12, world.Made.Count);
    }
}
