using System.Text.Json.Nodes;
using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Testing;
using Operator.Tests.Simulation;

namespace Operator.Tests;

/// <summary>A condition that turns bad is one Warning event, whatever the operator does in between.</summary>
public sealed class ConditionEventsTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly ObjectKey Shop = new(FleetObjects.Namespace, "c");
    private readonly OneOperator _operator;
    private PodScript _script = new() { Message = WorkerReport.Of([WorkerReport.Store(10), WorkerReport.Store(10)]) };

    public ConditionEventsTests() => _operator = new OneOperator(Noon, _ => _script, seed: 3);

    public void Dispose() => _operator.Dispose();

    [Fact]
    public void From_the_first_look_to_the_first_end()
    {
        _script = new PodScript { RunsFor = TimeSpan.FromSeconds(30) };
        Begin("*/2 * * * *");
        _operator.RunFor(TimeSpan.FromSeconds(10));
        Assert.StartsWith(
            "WaitingForFirstDueTime: nothing has been due yet; the first due time is 2026-11-24T12:02:00Z",
            Ready,
            StringComparison.Ordinal
        );

        // Users act on neither, so it is told with the numbers, which wait for ten seconds.
        _operator.RunFor(TimeSpan.FromSeconds(121));
        Assert.StartsWith("FirstRunsUnderWay: ", Ready, StringComparison.Ordinal);

        _operator.RunFor(TimeSpan.FromSeconds(22));
        Assert.StartsWith("Syncing: ", Ready, StringComparison.Ordinal);
        Assert.Empty(Warnings);
    }

    [Fact]
    public void A_missing_image_is_told_at_once_and_once_across_restarts()
    {
        _script = new PodScript { IsImageMissing = true };
        Begin("*/2 * * * *");

        _operator.RunFor(TimeSpan.FromSeconds(124));
        Assert.StartsWith("ImageUnavailable: ", Ready, StringComparison.Ordinal);
        Assert.Equal([Reasons.ImageUnavailable], Warnings);

        _operator.RunFor(TimeSpan.FromMinutes(20));
        _operator.Sleep(TimeSpan.FromSeconds(20));
        _operator.RunFor(TimeSpan.FromMinutes(20));

        // A due time that was missed by the restart may be told; the image is not told again.
        Assert.Single(Warnings, w => w == Reasons.ImageUnavailable);
    }

    [Fact]
    public void What_was_good_in_between_is_told_again()
    {
        Begin("@every 30s");
        _operator.RunFor(TimeSpan.FromMinutes(2));
        var good = _script;

        foreach (var _ in Enumerable.Range(0, 2))
        {
            _script = new PodScript { ExitCode = 137 };
            _operator.RunFor(TimeSpan.FromMinutes(12));
            Assert.Contains("exit code 137 (SIGKILL)", Ready, StringComparison.Ordinal);
            _script = good;
            _operator.RunFor(TimeSpan.FromMinutes(2));
            Assert.StartsWith("Syncing: ", Ready, StringComparison.Ordinal);
        }

        Assert.Equal(2, RunsFailing);
    }

    [Fact]
    public void A_status_that_can_not_be_written_is_told_when_it_is_written()
    {
        Begin("@every 30s");
        _operator.RunFor(TimeSpan.FromMinutes(2));
        _script = new PodScript { ExitCode = 137 };

        using (_operator.Faults.Add(r => r.Type == Kinds.Connectors && r.IsWrite ? Fault.Lost : null))
        {
            _operator.RunFor(TimeSpan.FromMinutes(3));
            Assert.Empty(Warnings);
        }
        _operator.RunFor(TimeSpan.FromMinutes(3));

        Assert.Equal(1, RunsFailing);
    }

    [Fact]
    public void Stores_that_are_gone_are_told_across_a_restart()
    {
        Begin("@every 30s");
        _operator.RunFor(TimeSpan.FromMinutes(2));

        _operator.Cluster.Edit(Kinds.Connectors, Shop, c => c["spec"]!["stores"] = Stores(1)); // it has a spec
        _operator.RunFor(TimeSpan.FromSeconds(20));
        _operator.Sleep(TimeSpan.FromMinutes(1));
        _operator.RunFor(TimeSpan.FromMinutes(3));

        Assert.StartsWith(
            "StoresDropped: spec.stores lost 3 of its 4 stores at 2026-11-24T12:02:",
            _operator.Condition(Kinds.Connectors, Shop, Reasons.StoresDropped),
            StringComparison.Ordinal
        );
        Assert.Single(Warnings, w => w == Reasons.StoresDropped);
    }

    [Fact]
    public void Pods_that_are_refused_are_told_once_across_due_times_and_restarts()
    {
        Begin("*/2 * * * *");
        using var refusal = _operator.Cluster.Admission.Refuse(r =>
            r.Before is null && r.Type == CoreTypes.Pods
                ? $"admission webhook \"a.example\" denied the request: {r.Key.Name}"
                : null
        );

        _operator.RunFor(TimeSpan.FromMinutes(13));
        _operator.Sleep(TimeSpan.FromSeconds(20));
        _operator.RunFor(TimeSpan.FromMinutes(13));

        // One of the refusal, and one of the due time that synced nothing for it.
        Assert.InRange(Warnings.Count(w => w == Reasons.AdmissionDenied), 1, 2);
    }

    [Fact]
    public void Writes_that_are_refused_are_told_once_across_restarts()
    {
        Begin("@every 30s");
        _operator.RunFor(TimeSpan.FromMinutes(2));

        RefuseDeletions();
        _operator.RunFor(TimeSpan.FromMinutes(12));
        Given.That(Warnings.Count(w => w == Reasons.WritesRefused) == 1, "a refusal that is told");
        _operator.Sleep(TimeSpan.FromSeconds(20));
        RefuseDeletions();
        _operator.RunFor(TimeSpan.FromMinutes(12));

        Assert.Equal(1, Warnings.Count(w => w == Reasons.WritesRefused));
    }

    private void RefuseDeletions() =>
        _operator.Faults.Add(r =>
            r.Verb == KubeVerb.Delete && r.Type == CoreTypes.Pods ? Fault.Before(KubeErrors.Forbidden()) : null
        );

    [Fact]
    public void The_problem_of_two_rollouts_is_told_on_each()
    {
        Begin("@every 30s");
        foreach (var name in new[] { "first", "second" })
        {
            _operator.Cluster.Create(
                Kinds.Rollouts,
                Shop.Namespace,
                Json(
                    $$$"""
                    {"apiVersion":"marketplace-operator.io/v1alpha1","kind":"SyncRollout",
                     "metadata":{"name":"{{{name}}}","namespace":"shop"},
                     "spec":{"connectorRef":{"name":"c"},"steps":[{"stores":"1"},{"stores":"100%"}]}}
                    """
                )
            );
            _operator.RunFor(TimeSpan.FromSeconds(30));
        }

        _operator.RunFor(TimeSpan.FromMinutes(2));

        Assert.Equal([Reasons.Conflict, Reasons.Conflict], Warnings);
        Assert.Equal(["first", "second"], WarnedObjects.Order(StringComparer.Ordinal));
    }

    private string Ready => _operator.Ready(Kinds.Connectors, Shop);

    private IEnumerable<string?> Warnings =>
        _operator
            .Cluster.All(CoreTypes.Events)
            .Where(e => e.Json.GetProperty("type").GetString() == "Warning")
            .Select(e => e.Json.GetProperty("reason").GetString());

    private IEnumerable<string?> WarnedObjects =>
        _operator
            .Cluster.All(CoreTypes.Events)
            .Where(e => e.Json.GetProperty("type").GetString() == "Warning")
            .Select(e => e.Json.GetProperty("regarding").GetProperty("name").GetString());

    /// <summary>Ready=False and RunsFailing say the same, so they are one event. StoresFailing has another message.</summary>
    private int RunsFailing =>
        _operator
            .Cluster.All(CoreTypes.Events)
            .Count(e =>
                e.Json.GetProperty("note").GetString()?.StartsWith("flow 'orders', revision ", StringComparison.Ordinal)
                == true
            );

    private void Begin(string schedule)
    {
        var connector = Json(
            $$$"""
            {"apiVersion":"marketplace-operator.io/v1alpha1","kind":"MarketplaceConnector",
             "metadata":{"name":"c","namespace":"shop"},
             "spec":{"marketplace":"Custom","sync":{"image":"registry.example.com/sync:good"},"stores":[],
                     "flows":[{"name":"orders","schedule":"{{{schedule}}}","maxStoresPerRun":2,"startTimeout":"40s"}]}}
            """
        );
        connector["spec"]!["stores"] = Stores(4); // it has a spec
        _operator.Cluster.Create(Kinds.Connectors, Shop.Namespace, connector);
        _operator.Start();
    }

    private static JsonArray Stores(int count) =>
        [.. Enumerable.Range(1, count).Select(i => new JsonObject { ["name"] = $"s{i:00}" })];

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject(); // it is an object
}
