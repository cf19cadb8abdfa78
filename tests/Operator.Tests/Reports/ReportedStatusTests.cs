using System.Text;
using Operator.Api;
using Operator.Runtime;
using Operator.Testing;
using Operator.Tests.KnownFaults;

namespace Operator.Tests.Reports;

/// <summary>Two writers of one status, as users of other controllers reported them.</summary>
public sealed class ReportedStatusTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private readonly OneConnector _world = new(
        Noon,
        3,
        _ => TimeSpan.FromSeconds(5),
        """{"name":"orders","schedule":"* * * * *"}"""
    );

    public void Dispose() => _world.Dispose();

    /// <summary>
    /// A second controller has a condition of its own in the same list, and the first one wipes it with each write (operator-utils 26,
    /// opendatahub-operator 3459): they write for ever.
    /// </summary>
    [Theory]
    [InlineData(nameof(Kinds.Connectors), "c")]
    [InlineData(nameof(Kinds.Rollouts), "r")]
    public async Task A_condition_of_another_controller_is_kept(string kind, string name)
    {
        var type = kind == nameof(Kinds.Connectors) ? Kinds.Connectors : Kinds.Rollouts;
        _world.Create(
            Kinds.Rollouts,
            """
            {"apiVersion":"marketplace-operator.io/v1alpha1","kind":"SyncRollout","metadata":{"name":"r","namespace":"shop"},
             "spec":{"connectorRef":{"name":"c"},"steps":[{"stores":"100%"}]}}
            """
        );
        _world.RunTo(Noon.AddMinutes(3).AddSeconds(30));
        var own = ConditionsOf(type, name);
        const string Other = """
            {"type":"example.com/Approved","status":"True","reason":"ByHand","message":"seen by Ada","lastTransitionTime":"2026-11-24T12:00:00Z"}
            """;
        await _world.PatchStatusAsync(
            type,
            name,
            Encoding.UTF8.GetBytes($$"""{"status":{"conditions":[{{string.Join(',', own.Append(Other))}}]} }""")
        );
        var writes = 0;
        using var watch = _world.Faults.Add(r =>
        {
            writes += r.Verb == KubeVerb.PatchStatus && r.Type == type ? 1 : 0;
            return null;
        });
        _world.ExitCode = 1;

        _world.RunTo(Noon.AddMinutes(8).AddSeconds(30));

        Assert.Contains(ConditionsOf(type, name), c => c.Contains("seen by Ada", StringComparison.Ordinal));
        Assert.Contains(
            ConditionsOf(type, name),
            c => c.Contains($"\"{ConditionTypes.Ready}\"", StringComparison.Ordinal)
        );
        Assert.InRange(writes, 1, 20);
    }

    /// <summary>
    /// Ready=True for a spec that nobody has looked at yet (cloudnative-pg 11390, kube-agents 534): the condition says for which
    /// generation it speaks, and the next look brings it up to date also when nothing else changes.
    /// </summary>
    [Fact]
    public void Ready_says_which_generation_it_speaks_for()
    {
        _world.RunTo(Noon.AddMinutes(3).AddSeconds(30));
        var before = _world.Ready.GetProperty("observedGeneration").GetInt64();

        _world.Edit(c => c["spec"]!["revisionHistoryLimit"] = 7); // it has a spec
        var stale = _world.Ready.GetProperty("observedGeneration").GetInt64();
        _world.Run(TimeSpan.FromSeconds(5));

        Assert.Equal(before, stale);
        Assert.Equal(before + 1, _world.Ready.GetProperty("observedGeneration").GetInt64());
        Assert.Equal(before + 1, _world.Status.GetProperty("observedGeneration").GetInt64());
    }

    private List<string> ConditionsOf(ResourceType type, string name) =>
        [
            .. _world
                .Find(type, name)
                .Json.GetProperty("status")
                .GetProperty("conditions")
                .EnumerateArray()
                .Select(c => c.GetRawText()),
        ];
}
