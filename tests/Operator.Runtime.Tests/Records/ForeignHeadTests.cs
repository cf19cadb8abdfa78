using System.Text.Json.Nodes;
using Operator.Testing;

namespace Operator.Runtime.Tests.Records;

/// <summary>An object that is not ours under the name of a record's head.</summary>
public sealed class ForeignHeadTests : IDisposable
{
    private static readonly ObjectKey Subject = RecordWorld.Subject;
    private readonly RecordWorld _world = new();

    [Theory]
    [InlineData("""{"any":1}""")]
    [InlineData("""{"subject":"subject","counter":1,"head":"{}","sha256":"00"}""")]
    public async Task An_object_of_somebody_else_under_the_heads_name_is_neither_read_nor_written(string data)
    {
        var basis = await _world.NewWriter().ReadBasisAsync();
        Occupy(data);
        var version = TheHead.ResourceVersion;

        var read = await _world.ReadAsync(witness: 3);
        var error = await Assert.ThrowsAsync<KubeApiException>(() => _world.NewWriter().CommitAsync(basis, "a=1"));

        Assert.Equal($"{ResourceKinds.Records.Kind} {TheHead.Key}", Assert.IsType<RecordRead.Foreign>(read).Holder);
        Assert.True(error.IsConflict);
        Assert.Equal(version, TheHead.ResourceVersion);
        Assert.Empty(_world.Parts);
    }

    [Fact]
    public async Task A_head_that_was_copied_from_another_subject_is_somebody_elses()
    {
        var other = _world.NewWriter().Store;
        var basis = new CommitBasis.Fresh(_world.NextId(), _world.Time.GetUtcNow());
        await other.CommitAsync(new ObjectKey("shop", "other"), basis, RecordWorld.Changes("a=1"), RecordWorld.Stop);
        var copy = JsonNode.Parse(_world.Head.Json.GetRawText())!.AsObject(); // an object
        Occupy(copy["data"]!.ToJsonString(), copy["metadata"]!["labels"]!.AsObject()); // a head has both

        Assert.IsType<RecordRead.Foreign>(await _world.ReadAsync());
    }

    [Fact]
    public async Task A_record_goes_on_once_the_object_of_somebody_else_is_gone()
    {
        Occupy("""{"any":1}""");
        var writer = _world.NewWriter();
        Assert.IsType<RecordRead.Foreign>(await writer.Store.RecallAsync(Subject, [], RecordWorld.Stop));

        _world.Cluster.Delete(ResourceKinds.Records.Type, TheHead.Key);
        await writer.CommitAsync("a=1");

        Assert.Equal("1: a=1", RecordWorld.Text(await _world.ReadAsync()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_head_that_lost_only_its_labels_or_only_its_content_is_still_ours(bool isUnlabelled)
    {
        await _world.NewWriter().CommitAsync("a=1");
        _world.Cluster.Edit(
            ResourceKinds.Records.Type,
            TheHead.Key,
            head =>
            {
                if (isUnlabelled)
                {
                    head["metadata"]!.AsObject().Remove("labels"); // every object has metadata
                }
                else
                {
                    head["data"] = new JsonObject { ["any"] = 1 };
                }
            }
        );

        var read = RecordWorld.Text(await _world.ReadAsync());

        Assert.StartsWith(isUnlabelled ? "1: a=1" : "lost: ", read, StringComparison.Ordinal);
    }

    public void Dispose() => _world.Dispose();

    private KubeObject TheHead =>
        _world
            .Cluster.All(ResourceKinds.Records.Type)
            .Single(r => r.Name.StartsWith("rec-subject-", StringComparison.Ordinal));

    /// <summary>Somebody creates an object under the name of the head.</summary>
    private void Occupy(string data, JsonObject? labels = null) =>
        _world.Cluster.Create(
            ResourceKinds.Records.Type,
            Subject.Namespace,
            new JsonObject
            {
                ["apiVersion"] = ResourceKinds.Records.ApiVersion,
                ["kind"] = ResourceKinds.Records.Kind,
                ["metadata"] = new JsonObject
                {
                    ["name"] = $"rec-subject-{RecordObjects.SubjectHash(Subject)}",
                    ["labels"] = labels?.DeepClone() ?? new JsonObject { ["app"] = "theirs" },
                },
                ["data"] = JsonNode.Parse(data),
            }
        );
}
