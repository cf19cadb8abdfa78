using System.Net;
using Operator.Testing;

namespace Operator.Runtime.Tests.Records;

/// <summary>A head that this process knows is not read again; a wrong belief makes the commit fail.</summary>
public sealed class RecordRecallTests : IDisposable
{
    private static readonly ObjectKey Subject = RecordWorld.Subject;
    private readonly RecordWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task After_a_commit_a_recall_needs_no_request()
    {
        var writer = _world.NewWriter();
        await writer.CommitAsync("a=1");
        var mark = _world.Cluster.Journal.Count;

        var recalled = await RecallAsync(writer);

        Assert.Equal("1: a=1", recalled);
        Assert.Equal(mark, _world.Cluster.Journal.Count);
    }

    [Fact]
    public async Task A_witness_above_the_known_counter_asks_for_a_live_read()
    {
        var (one, two) = (_world.NewWriter(), _world.NewWriter());
        await one.CommitAsync("a=1");
        await two.CommitAsync("a=2");

        Assert.Equal("1: a=1", await RecallAsync(one));
        Assert.Equal("2: a=2", await RecallAsync(one, witness: 2));
    }

    [Fact]
    public async Task A_commit_on_an_outdated_recall_fails_and_the_next_recall_reads_live()
    {
        var (one, two) = (_world.NewWriter(), _world.NewWriter());
        await one.CommitAsync("a=1");
        await two.CommitAsync("a=2");
        var basis = new CommitBasis.OnTop(Found(await one.Store.RecallAsync(Subject, [], RecordWorld.Stop)));

        var error = await Assert.ThrowsAsync<KubeApiException>(() => one.CommitAsync(basis, "a=3"));

        Assert.Equal(HttpStatusCode.Conflict, error.Status);
        Assert.Equal("2: a=2", await RecallAsync(one));
    }

    [Fact]
    public async Task A_commit_without_an_answer_is_read_before_it_is_believed()
    {
        var writer = _world.NewWriter();
        await writer.CommitAsync("a=1");
        var basis = await writer.ReadBasisAsync();
        writer.Client.Faults.Next(Fault.After(KubeErrors.Timeout()), r => r.Verb == KubeVerb.Replace);

        await Assert.ThrowsAnyAsync<Exception>(() => writer.CommitAsync(basis, "a=2"));

        Assert.Equal("2: a=2", await RecallAsync(writer));
    }

    [Fact]
    public async Task A_deleted_head_is_noticed_at_the_next_commit()
    {
        var writer = _world.NewWriter();
        await writer.CommitAsync("a=1");
        _world.Cluster.Delete(ResourceKinds.Records.Type, _world.Head.Key);
        var basis = new CommitBasis.OnTop(
            Found(await writer.Store.RecallAsync(Subject, _world.Witnesses(1), RecordWorld.Stop))
        );

        await Assert.ThrowsAsync<KubeApiException>(() => writer.CommitAsync(basis, "a=2"));

        Assert.IsType<RecordRead.Lost>(await writer.Store.RecallAsync(Subject, _world.Witnesses(1), RecordWorld.Stop));
    }

    [Fact]
    public async Task A_new_term_doubts_every_head_and_reads_all_of_them_in_one_list()
    {
        var (one, two) = (_world.NewWriter(RecordWorld.WithCopies), _world.NewWriter(RecordWorld.WithCopies));
        await one.CommitAsync("a=1");
        await two.CommitAsync("a=2");
        var mark = _world.Cluster.Journal.Count;

        await one.Store.BeginTermAsync(ns: null, RecordWorld.Stop);

        Assert.Equal("2: a=2", await RecallAsync(one));
        Assert.Equal([KubeVerb.List], _world.Cluster.Journal.Since(mark).Select(e => e.Request.Verb));
    }

    [Fact]
    public async Task A_record_with_a_part_that_is_not_inside_its_head_is_read_when_it_is_needed()
    {
        var writer = _world.NewWriter(RecordWorld.WithCopies);
        var noise = new byte[RecordWorld.WithCopies.MaxInlineCopyBytes];
        new Random(1).NextBytes(noise);
        await writer.CommitAsync($"a={Convert.ToHexStringLower(noise)} b=1");
        var other = _world.NewWriter(RecordWorld.WithCopies);
        await other.Store.BeginTermAsync(ns: null, RecordWorld.Stop);
        var mark = _world.Cluster.Journal.Count;

        var recalled = await RecallAsync(other);

        Assert.StartsWith("1: a=", recalled, StringComparison.Ordinal);
        Assert.Equal([KubeVerb.Get, KubeVerb.Get], _world.Cluster.Journal.Since(mark).Select(e => e.Request.Verb));
    }

    [Fact]
    public async Task A_copy_inside_the_head_does_not_replace_the_object_that_outlives_it()
    {
        await _world.NewWriter(RecordWorld.WithCopies).CommitAsync("a=1 last=1");

        Assert.Single(_world.Parts);
        _world.Cluster.Delete(ResourceKinds.Records.Type, _world.Head.Key);
        var lost = Assert.IsType<RecordRead.Lost>(await _world.ReadAsync());
        Assert.Equal(["a"], lost.Survivors.Select(s => s.Name));
    }

    private async Task<string> RecallAsync(Writer writer, long witness = 0) =>
        RecordWorld.Text(await writer.Store.RecallAsync(Subject, _world.Witnesses(witness), RecordWorld.Stop));

    private static StoredRecord Found(RecordRead read) => Assert.IsType<RecordRead.Found>(read).Record;
}
