using System.Text.Json;
using Operator.Gathering;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests.KnownFaults;

/// <summary>What the operator reads from a pod's status.</summary>
public sealed class PodSightFaults
{
    [KnownFault("4 of 11", 8)]
    public void A_version_that_fills_its_disk_is_to_blame()
    {
        var pod = Read(
            """
            {"phase":"Failed","reason":"Evicted",
             "message":"Usage of EmptyDir volume \"scratch\" exceeds the limit \"64Mi\".",
             "containerStatuses":[
              {"name":"sync","state":{"terminated":{"exitCode":137,"reason":"Error",
                "startedAt":"2026-11-25T11:58:12Z","finishedAt":"2026-11-25T11:59:12Z"}}}]}
            """
        );
        var now = new DateTimeOffset(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);
        var entry = new Entry
        {
            Stores = ["store-1"],
            StartBy = now,
            Deadline = now.AddMinutes(1),
        };

        var facts = new RunFacts(FlowHasReported: false, RevisionHasStarted: true);
        var ending = RunEndings.Of(entry, pod, facts, new Observation { Now = now });

        Assert.Equal(RunResult.Failed, ending?.Result);
    }

    private static ObservedPod Read(string status)
    {
        var json = $$"""
            {"metadata":{"name":"shop-orders-1","namespace":"shops","uid":"u",
              "creationTimestamp":"2026-11-25T11:58:00Z"},"status":{{status}}}
            """;
        return PodProjection.Of(new KubeObject(JsonElement.Parse(json))).Pod;
    }
}
