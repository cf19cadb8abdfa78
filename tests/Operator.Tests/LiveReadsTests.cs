using System.Text.Json.Nodes;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests;

/// <summary>What is read live: nothing for ordinary runs, everything that decides before more stores get other content.</summary>
public sealed class LiveReadsTests : IDisposable
{
    private const string Good = "registry.example.com/sync:good";
    private const string Better = "registry.example.com/sync:better";
    private static readonly ObjectKey Shop = new("shop", "c");
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly OneOperator _operator = new();
    private readonly List<string> _candidates = [];

    public LiveReadsTests()
    {
        Create(
            Kinds.Connectors,
            $$$"""
            {"apiVersion":"marketplace-operator.io/v1alpha1","kind":"MarketplaceConnector","metadata":{"name":"c","namespace":"shop"},
             "spec":{"marketplace":"Custom","sync":{"image":"{{{Good}}}"},
                     "stores":[{"name":"s1"},{"name":"s2"},{"name":"s3"}],"flows":[{"name":"orders","schedule":"* * * * *"}]}}
            """
        );
        Create(
            Kinds.Rollouts,
            """
            {"apiVersion":"marketplace-operator.io/v1alpha1","kind":"SyncRollout","metadata":{"name":"r","namespace":"shop"},
             "spec":{"connectorRef":{"name":"c"},"steps":[{"stores":"1"},{"stores":"100%"}]}}
            """
        );
        _operator.Cluster.Changed = change =>
        {
            if (
                change is { Before: null, After: { } pod }
                && change.Type == CoreTypes.Pods
                && pod.GetRawText().Contains(Better, StringComparison.Ordinal)
            )
            {
                _candidates.Add(change.Key.Name);
            }
        };
        _operator.Start();
        _operator.RunFor(5 * Minute);
    }

    public void Dispose() => _operator.Dispose();

    [Fact]
    public void Runs_need_no_read()
    {
        var mark = Journal.Count;

        _operator.RunFor(10 * Minute);

        var requests = Journal.Since(mark).Select(e => e.Request).ToList();
        Assert.InRange(requests.Count(r => r.Verb == KubeVerb.Create && r.Type == CoreTypes.Pods), 10, 20);
        Assert.DoesNotContain(requests, r => r.Verb == KubeVerb.Get && r.Type != CoreTypes.Leases);
        Assert.DoesNotContain(requests, r => r.Verb == KubeVerb.List);
    }

    [Fact]
    public void Content_that_was_taken_back_before_the_cache_showed_it_starts_no_attempt()
    {
        _operator.WatchLag = TimeSpan.FromSeconds(20);
        SetImage(Better);
        _operator.RunFor(TimeSpan.FromSeconds(5));
        SetImage(Good);

        _operator.RunFor(5 * Minute);

        Assert.Empty(_candidates);
        Assert.DoesNotContain("AttemptStarted", EventReasons);
    }

    [Fact]
    public void A_rollout_that_was_deleted_before_the_cache_showed_it_starts_no_attempt()
    {
        _operator.WatchLag = TimeSpan.FromSeconds(20);
        SetImage(Better);
        _operator.RunFor(TimeSpan.FromSeconds(10));
        _operator.Cluster.Delete(Kinds.Rollouts, new ObjectKey("shop", "r"));

        _operator.RunFor(5 * Minute);

        Assert.Empty(_candidates);
    }

    [Fact]
    public void Current_content_starts_an_attempt_from_live_reads()
    {
        var mark = Journal.Count;

        SetImage(Better);
        _operator.RunFor(3 * Minute);

        Assert.NotEmpty(_candidates);
        var read = Journal
            .Since(mark)
            .Select(e => e.Request)
            .Where(r => r.Verb is KubeVerb.Get or KubeVerb.List)
            .ToList();
        Assert.Contains(read, r => r.Type == Kinds.Connectors);
        Assert.Contains(read, r => r.Type == Kinds.Rollouts);
        Assert.Contains(read, r => r.Type == Kinds.Actions);
        Assert.Contains(read, r => r.Type == Kinds.Records);
    }

    [Fact]
    public void A_record_that_another_process_changed_is_read_before_the_next_commit_holds()
    {
        var head = _operator
            .Cluster.All(Kinds.Records)
            .Single(r => r.Label("marketplace-operator.io/record-role") == "head");
        _operator.Cluster.Edit(Kinds.Records, head.Key, h => h["metadata"]!["labels"]!["touched"] = "true"); // every object has metadata
        var mark = Journal.Count;

        _operator.RunFor(3 * Minute);

        Assert.Contains(
            Journal.Since(mark),
            e => e.Request.Verb == KubeVerb.Get && e.Request.Key == head.Key && e.Request.Type == Kinds.Records
        );
        Assert.InRange(_operator.Cluster.All(CoreTypes.Pods).Length, 1, 10);
        Assert.DoesNotContain("RecordLost", EventReasons);
    }

    private Journal Journal => _operator.Cluster.Journal;

    private IEnumerable<string> EventReasons =>
        _operator.Cluster.All(CoreTypes.Events).Select(e => e.Json.GetProperty("reason").GetString() ?? "");

    private void SetImage(string image) =>
        _operator.Cluster.Edit(Kinds.Connectors, Shop, c => c["spec"]!["sync"]!["image"] = image); // the spec has both

    private void Create(ResourceType type, string json) =>
        _operator.Cluster.Create(type, "shop", JsonNode.Parse(json)!.AsObject()); // it is an object
}
