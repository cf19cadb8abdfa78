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

    /// <summary>A record that this process itself removed is not recalled.</summary>
    [Fact]
    public async Task A_record_that_was_retired_is_not_recalled()
    {
        var writer = _world.NewWriter();
        await writer.CommitAsync("a=1");
        await writer.Store.RetireAsync(CoreTypes.Leases, ns: null, RecordWorld.Stop);
        _world.Time.Advance(TimeSpan.FromDays(31));
        await writer.Store.RetireAsync(CoreTypes.Leases, ns: null, RecordWorld.Stop);
        _world.Time.Advance(TimeSpan.FromHours(1));
        await writer.Store.RetireAsync(CoreTypes.Leases, ns: null, RecordWorld.Stop);
        Assert.Empty(_world.Cluster.All(ResourceKinds.Records.Type));

        Assert.Equal(
            "absent",
            RecordWorld.Text(await writer.Store.RecallAsync(RecordWorld.Subject, [], RecordWorld.Stop))
        );
    }

    /// <summary>
    /// A commit on a recalled head whose record is gone leaves parts, and these make a record that never was look like a lost one.
    /// </summary>
    [Fact]
    public async Task A_commit_on_a_recalled_record_that_is_gone_leaves_a_new_record_and_no_lost_one()
    {
        var writer = _world.NewWriter();
        await writer.CommitAsync("a=1");
        foreach (var item in _world.Cluster.All(ResourceKinds.Records.Type))
        {
            _world.Cluster.Delete(ResourceKinds.Records.Type, item.Key);
        }
        var recalled = Assert.IsType<RecordRead.Found>(
            await writer.Store.RecallAsync(RecordWorld.Subject, [], RecordWorld.Stop)
        );

        await Assert.ThrowsAsync<KubeApiException>(() =>
            writer.CommitAsync(new CommitBasis.OnTop(recalled.Record), "a=2")
        );

        Assert.Equal(
            "absent",
            RecordWorld.Text(await writer.Store.RecallAsync(RecordWorld.Subject, [], RecordWorld.Stop))
        );
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.UnprocessableEntity)]
    [InlineData(HttpStatusCode.Conflict)]
    public async Task A_commit_whose_head_is_refused_leaves_no_parts(HttpStatusCode code)
    {
        var writer = _world.NewWriter();
        await writer.CommitAsync("a=1 b=1");
        writer.Client.Faults.Add(r =>
            r.Verb == KubeVerb.Replace ? Fault.Before(new KubeApiException(code, code.ToString(), "no")) : null
        );

        for (var i = 0; i < 5; i++)
        {
            await Assert.ThrowsAsync<KubeApiException>(() => writer.CommitAsync("a=2 b=2"));
        }

        Assert.Equal(2, _world.Parts.Count);
        Assert.Equal("1: a=1 b=1", RecordWorld.Text(await _world.ReadAsync(witness: 1)));
    }

    /// <summary>Something on the way sent the write twice: it was done, and the second one got a conflict.</summary>
    [Fact]
    public async Task A_commit_that_was_done_and_answered_with_a_conflict_keeps_its_parts()
    {
        var writer = _world.NewWriter();
        await writer.CommitAsync("a=1");
        var basis = await writer.ReadBasisAsync();
        writer.Client.Faults.Next(Fault.After(KubeErrors.Conflict()), r => r.Verb == KubeVerb.Replace);

        await Assert.ThrowsAsync<KubeApiException>(() => writer.CommitAsync(basis, "a=2"));

        Assert.Equal("2: a=2", RecordWorld.Text(await _world.ReadAsync(witness: 2)));
    }

    /// <summary>It may have been done, so its parts may be listed.</summary>
    [Fact]
    public async Task A_commit_without_an_answer_keeps_its_parts()
    {
        var writer = _world.NewWriter();
        await writer.CommitAsync("a=1");
        var basis = await writer.ReadBasisAsync();
        writer.Client.Faults.Next(Fault.Before(KubeErrors.Timeout()), r => r.Verb == KubeVerb.Replace);

        await Assert.ThrowsAsync<TimeoutException>(() => writer.CommitAsync(basis, "a=2"));

        Assert.Equal(2, _world.Parts.Count);
    }

    [Fact]
    public async Task A_record_that_went_back_casts_doubt_on_all_others()
    {
        var other = new ObjectKey("shop", "other");
        var one = _world.NewWriter();
        await one.CommitAsync("a=1");
        await one.Store.CommitAsync(
            other,
            new CommitBasis.Fresh("other", DateTimeOffset.UnixEpoch),
            RecordWorld.Changes("a=1"),
            RecordWorld.Stop
        );
        var backup = _world.Cluster.Snapshot();
        await one.CommitAsync("a=2");
        _world.Cluster.Restore(backup);
        Assert.True(Read(await one.Store.RecallAsync(other, [], RecordWorld.Stop)).IsRecalled);

        await one.Store.ReadAsync(Subject, [], RecordWorld.Stop);

        Assert.False(Read(await one.Store.RecallAsync(other, [], RecordWorld.Stop)).IsRecalled);
    }

    [Fact]
    public async Task A_recall_says_that_it_is_one()
    {
        var writer = _world.NewWriter();
        await writer.CommitAsync("a=1");

        var recalled = await writer.Store.RecallAsync(Subject, [], RecordWorld.Stop);
        var read = await writer.Store.ReadAsync(Subject, [], RecordWorld.Stop);

        Assert.True(Read(recalled).IsRecalled);
        Assert.False(Read(read).IsRecalled);
    }

    [Theory]
    [InlineData(9_000_000_000_000_000_000)]
    [InlineData(long.MaxValue)]
    [InlineData(RecordWitness.MostCredible + 1)]
    public async Task A_counter_that_no_record_reaches_is_no_witness(long counter)
    {
        var writer = _world.NewWriter();
        await writer.CommitAsync("a=1");

        Assert.Equal("1: a=1", RecordWorld.Text(await _world.ReadAsync(counter)));
        Assert.Equal("1: a=1", await RecallAsync(writer, counter));
    }

    private async Task<string> RecallAsync(Writer writer, long witness = 0) =>
        RecordWorld.Text(await writer.Store.RecallAsync(Subject, _world.Witnesses(witness), RecordWorld.Stop));

    private static StoredRecord Found(RecordRead read) => Read(read).Record;

    private static RecordRead.Found Read(RecordRead read) => Assert.IsType<RecordRead.Found>(read);
}
