using System.Net;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests.Simulation;

/// <summary>For some seconds a kubelet rejects every pod, or the API server refuses the pods of one flow, each in some worlds.</summary>
internal sealed class RefusalMaker(SimulatedWorld world, int seed)
{
    private static readonly HttpStatusCode[] Codes =
    [
        HttpStatusCode.Forbidden,
        HttpStatusCode.NotFound,
        HttpStatusCode.Conflict,
        HttpStatusCode.InternalServerError,
    ];

    // Its own random numbers change nothing else in a world.
    private readonly Random _random = new(seed ^ 0x2f7b);

    /// <summary>In half of the worlds nothing happens.</summary>
    public void Begin(TimeSpan chaos)
    {
        Action? make = (seed % 4) switch
        {
            1 => RejectPods,
            3 => RefuseOneFlow,
            _ => null,
        };
        for (var i = _random.Next(1, 4); i > 0 && make is not null; i--)
        {
            world.After(chaos * _random.NextDouble(), make);
        }
    }

    private TimeSpan Seconds => TimeSpan.FromSeconds(_random.Next(2, 20));

    private void RejectPods()
    {
        world.Tell("the kubelet rejects pods");
        world.RejectsPods = true;
        world.After(Seconds, () => world.RejectsPods = false);
    }

    private void RefuseOneFlow()
    {
        var code = Codes[_random.Next(Codes.Length)];
        var flow = $"flow-{_random.Next(1, 3)}"; // not every world has the second
        world.Tell($"pods of {flow} are refused with {(int)code}");
        var length = Seconds;
        foreach (var process in world.Alive)
        {
            var rule = process.Client.Faults.Add(r => IsPodOf(r, flow) ? Refusal(code) : null);
            world.After(length, rule.Dispose);
        }
    }

    private static bool IsPodOf(FakeRequest request, string flow) =>
        request.Verb == KubeVerb.Create
        && request.Type == CoreTypes.Pods
        && request.Key.Name.Contains($"-{flow}-", StringComparison.Ordinal);

    private static Fault Refusal(HttpStatusCode code) =>
        Fault.Before(new KubeApiException(code, code.ToString(), "the words of the server"));
}
