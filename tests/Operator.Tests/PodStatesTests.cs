using System.Text.Json;
using System.Text.Json.Nodes;
using Operator.Gathering;
using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests;

/// <summary>The planning tests and the fake cluster show a pod in the same way, so both test the same behaviour.</summary>
public sealed class PodStatesTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly PodState Running = new PodState.Running(Start);

    private static readonly PodState[] States =
    [
        new PodState.Unschedulable(),
        PodLife.Creating,
        PodLife.WithoutImage("sync:1"),
        Running,
        new PodState.Terminated(0, "Completed", "{}", Start, Start.AddSeconds(5)),
        new PodState.Terminated(1, "Error", "", Start, Start.AddSeconds(5)),
        new PodState.GivenUp("Evicted", "no memory", KeepsContainers: false),
        PodLife.Overdue,
    ];

    public static TheoryData<int> Rows => [.. Enumerable.Range(0, States.Length)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void What_planning_is_shown_is_what_the_operator_reads_from_the_status(int row)
    {
        var pod = JsonNode
            .Parse(
                """
                {
                  "metadata": {"name": "run", "uid": "u1", "creationTimestamp": "2026-11-24T12:00:00Z"},
                  "spec": {"containers": [{"name": "sync", "image": "sync:1"}]},
                  "status": {"phase": "Pending"}
                }
                """
            )!
            .AsObject(); // the text above
        var shown = Read(pod);
        // Only a running pod can be given up.
        PodState[] life = States[row] is PodState.GivenUp ? [Running, States[row]] : [States[row]];

        foreach (var state in life)
        {
            PodStatus.Write(pod, state, Start);
            shown = shown.Show(state);
        }

        Assert.Equal(Read(pod), shown);
    }

    private static ObservedPod Read(JsonObject pod) =>
        PodProjection.Of(new KubeObject(JsonElement.Parse(pod.ToJsonString()))).Pod;
}
