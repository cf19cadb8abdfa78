using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests;

/// <summary>An API server that answers each read of a pod after seven seconds, as an overloaded one does.</summary>
public sealed class SlowServerTests : IDisposable
{
    private readonly OneShop _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_leader_that_looks_for_many_pods_on_a_slow_server_is_live()
    {
        var connector = OneShop.Connector();
        connector["spec"]!["stores"] = OneShop.Json(
            $$"""{"s":[{{string.Join(',', Enumerable.Range(1, 250).Select(i => $$"""{"name":"s{{i:000}}"}"""))}}]}"""
        )["s"]!.DeepClone();
        connector["spec"]!["flows"] = OneShop.Json(
            """
            {"f":[{"name":"orders","schedule":"5 * * * *","startingDeadline":"2m","maxStoresPerRun":1,"maxConcurrentRuns":250}]}
            """
        )["f"]!.DeepClone();
        _world.Create(connector);
        _world.Process.Start();
        _world.RunFor(4 * OneShop.Minute);
        _world.Process.Client.Faults.Add(r =>
            r.Type != CoreTypes.Pods ? null
            : r.Verb == KubeVerb.Create ? Fault.Lost
            : r.Verb == KubeVerb.Get ? Fault.SlowAnswer(TimeSpan.FromSeconds(7))
            : null
        );

        for (var i = 0; i < 80; i++)
        {
            _world.RunFor(TimeSpan.FromSeconds(15));
            Assert.Null(_world.Process.Health.Live());
        }
    }
}
