using System.Net;
using Operator.Testing;

namespace Operator.Runtime.Tests.Records;

public sealed class RecordStoreTests : IDisposable
{
    private static readonly ObjectKey Subject = RecordWorld.Subject;
    private readonly RecordWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Commits_build_on_each_other_and_only_what_changes_is_written()
    {
        var writer = _world.NewWriter();
        var first = await writer.CommitAsync("a=1 b=1");
        var second = await writer.CommitAsync("b=2 c=1");
        var mark = _world.Cluster.Journal.Count;
        await writer.CommitAsync("a=- c=2");

        Assert.Equal("3: b=2 c=2", RecordWorld.Text(await _world.ReadAsync(witness: 3)));
        Assert.Equal((first.Id, first.CreatedAt), (second.Id, second.CreatedAt));
        Assert.Equal(
            [KubeVerb.Get, KubeVerb.Create, KubeVerb.Replace],
            _world.Cluster.Journal.Since(mark).Take(3).Select(e => e.Request.Verb)
        );
    }

    [Fact]
    public async Task Content_of_any_kind_comes_back_as_it_was()
    {
        var content = new byte[300_000];
        new Random(1).NextBytes(content);
        var changes = RecordWorld.Changes("").Add("big", content).Add("empty", ReadOnlyMemory<byte>.Empty);
        var writer = _world.NewWriter();
        await writer.Store.CommitAsync(Subject, await writer.ReadBasisAsync(), changes, RecordWorld.Stop);

        var found = Assert.IsType<RecordRead.Found>(await _world.ReadAsync());

        Assert.Equal(content, found.Record.Parts["big"].ToArray());
        Assert.Empty(found.Record.Parts["empty"].ToArray());
    }

    [Fact]
    public async Task A_small_part_that_need_not_outlive_the_head_is_kept_inside_it_and_a_commit_of_it_is_one_write()
    {
        var writer = _world.NewWriter();
        await writer.CommitAsync("a=1 last=1");
        var mark = _world.Cluster.Journal.Count;

        await writer.CommitAsync("last=2");

        Assert.Equal([KubeVerb.Get, KubeVerb.Replace], _world.Cluster.Journal.Since(mark).Select(e => e.Request.Verb));
        Assert.Single(_world.Parts);
        Assert.Equal("2: a=1 last=2", RecordWorld.Text(await _world.ReadAsync(witness: 2)));
    }

    [Fact]
    public async Task A_part_that_has_grown_leaves_the_head_and_one_that_has_shrunk_comes_back()
    {
        var noise = new byte[RecordWorld.Options.MaxInlineBytes];
        new Random(1).NextBytes(noise);
        var large = Convert.ToHexStringLower(noise);
        var writer = _world.NewWriter();
        await writer.CommitAsync($"last={large}");
        var whenLarge = _world.Parts.Count;
        var readLarge = RecordWorld.Text(await _world.ReadAsync());
        await writer.CommitAsync("last=1");

        Assert.Equal(1, whenLarge);
        Assert.Equal($"1: last={large}", readLarge);
        Assert.DoesNotContain("-part-", _world.Head.Json.GetRawText(), StringComparison.Ordinal);
        Assert.Equal("2: last=1", RecordWorld.Text(await _world.ReadAsync()));
    }

    [Fact]
    public async Task What_was_inside_a_lost_head_is_lost_with_it()
    {
        await _world.NewWriter().CommitAsync("a=1 last=1");
        _world.Cluster.Delete(ResourceKinds.Records.Type, _world.Head.Key);

        var lost = Assert.IsType<RecordRead.Lost>(await _world.ReadAsync());

        Assert.Equal(["a"], lost.Survivors.Select(s => s.Name));
    }

    [Fact]
    public async Task Of_two_writers_the_second_fails_and_nothing_of_it_is_seen()
    {
        var (one, two) = (_world.NewWriter(), _world.NewWriter());
        await one.CommitAsync("a=0");
        var (basis, late) = (await one.ReadBasisAsync(), await two.ReadBasisAsync());
        await one.CommitAsync(basis, "a=1");

        var error = await Assert.ThrowsAsync<KubeApiException>(() => two.CommitAsync(late, "a=2 b=2"));

        Assert.Equal(HttpStatusCode.Conflict, error.Status);
        Assert.Equal("2: a=1", RecordWorld.Text(await _world.ReadAsync()));
    }

    [Fact]
    public async Task Of_two_that_begin_a_record_one_wins()
    {
        var (one, two) = (_world.NewWriter(), _world.NewWriter());
        var (basis, late) = (await one.ReadBasisAsync(), await two.ReadBasisAsync());
        var first = await one.CommitAsync(basis, "a=1");

        var error = await Assert.ThrowsAsync<KubeApiException>(() => two.CommitAsync(late, "a=2"));

        Assert.Equal(HttpStatusCode.Conflict, error.Status);
        Assert.Equal(first.Id, Assert.IsType<RecordRead.Found>(await _world.ReadAsync()).Record.Id);
    }

    [Fact]
    public async Task A_head_made_again_is_not_the_one_that_was_read()
    {
        var writer = _world.NewWriter();
        await writer.CommitAsync("a=1");
        var basis = await writer.ReadBasisAsync();
        _world.Cluster.Delete(ResourceKinds.Records.Type, _world.Head.Key);
        await _world.NewWriter().CommitAsync("a=9", witness: 1);

        await Assert.ThrowsAsync<KubeApiException>(() => writer.CommitAsync(basis, "a=2"));

        Assert.Equal("2: a=9", RecordWorld.Text(await _world.ReadAsync(witness: 2)));
    }

    [Theory]
    [InlineData(0, "absent")]
    [InlineData(1, "lost: its head, ConfigMap shop/rec-subject-3c6ab5af2e0bd1d3, is gone")]
    public async Task Without_head_and_parts_only_a_witness_says_that_there_was_a_record(long witness, string expected)
    {
        var read = RecordWorld.Text(await _world.ReadAsync(witness));

        Assert.Equal(expected.Split(',')[0], read.Split(',')[0]);
    }

    [Theory]
    [InlineData("id0000000000000000", 9, "lost: its head, ")]
    [InlineData("another", 9, "1: a=1")]
    [InlineData(null, 9, "1: a=1")]
    [InlineData("id0000000000000000", 1, "1: a=1")]
    public async Task A_head_is_compared_only_with_witnesses_of_the_same_record(
        string? id,
        long counter,
        string expected
    )
    {
        await _world.NewWriter().CommitAsync("a=1");
        RecordWitness[] witnesses = [new(id, counter), new("other", 100)];

        var read = await _world.NewWriter().Store.ReadAsync(Subject, witnesses, RecordWorld.Stop);

        Assert.StartsWith(expected, RecordWorld.Text(read), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Without_a_head_or_with_an_empty_one_every_witness_says_that_there_was_a_record(bool isEmptied)
    {
        if (isEmptied)
        {
            var writer = _world.NewWriter();
            writer.Client.Faults.Next(
                Fault.Before(KubeErrors.InternalError()),
                r => r.Key.Name.Contains("-part-", StringComparison.Ordinal)
            );
            await Assert.ThrowsAsync<KubeApiException>(() => writer.CommitAsync("a=1"));
        }

        var read = await _world.NewWriter().Store.ReadAsync(Subject, [new RecordWitness("gone", 3)], RecordWorld.Stop);

        Assert.IsType<RecordRead.Lost>(read);
    }

    [Fact]
    public async Task A_head_that_is_gone_is_a_lost_record_even_when_only_a_part_remembers_it()
    {
        await _world.NewWriter().CommitAsync("a=1 b=1");
        _world.Cluster.Delete(ResourceKinds.Records.Type, _world.Head.Key);

        var lost = Assert.IsType<RecordRead.Lost>(await _world.ReadAsync());

        Assert.Null(lost.Head);
        Assert.Equal(["a", "b"], lost.Survivors.Select(s => s.Name).Order());
        Assert.All(lost.Survivors, s => Assert.Equal(1, s.Counter));
    }

    [Fact]
    public async Task A_part_that_is_gone_or_other_than_written_is_a_lost_record()
    {
        await _world.NewWriter().CommitAsync("a=1 b=1");
        var part = _world.Parts[0];
        _world.Cluster.Delete(ResourceKinds.Records.Type, part.Key);
        var lost = Assert.IsType<RecordRead.Lost>(await _world.ReadAsync());
        Assert.Single(lost.Survivors);
        Assert.NotNull(lost.Head);

        var forged = System.Text.Json.Nodes.JsonNode.Parse(part.Json.GetRawText())!.AsObject();
        forged["metadata"]!.AsObject().Remove("resourceVersion");
        forged["metadata"]!.AsObject().Remove("uid");
        forged["data"]!["content"] = Convert.ToBase64String(new byte[100]);
        _world.Cluster.Create(ResourceKinds.Records.Type, Subject.Namespace, forged);

        Assert.Single(Assert.IsType<RecordRead.Lost>(await _world.ReadAsync()).Survivors);
    }

    [Fact]
    public async Task A_head_that_was_changed_by_hand_is_a_lost_record_and_can_be_replaced()
    {
        await _world.NewWriter().CommitAsync("a=1");
        _world.Cluster.Edit(
            ResourceKinds.Records.Type,
            _world.Head.Key,
            head =>
                head["data"]!["head"] = head["data"]!["head"]!
                    .GetValue<string>()
                    .Replace("\"counter\":1", "\"counter\":7", StringComparison.Ordinal)
        );

        Assert.IsType<RecordRead.Lost>(await _world.ReadAsync());
        await _world.NewWriter().CommitAsync("a=2");

        Assert.Equal("2: a=2", RecordWorld.Text(await _world.ReadAsync(witness: 2)));
    }

    [Fact]
    public async Task Refusals_and_timeouts_never_say_that_a_record_is_lost()
    {
        var writer = _world.NewWriter();
        await writer.CommitAsync("a=1 b=1");
        foreach (
            var error in new Func<Exception>[]
            {
                KubeErrors.Forbidden,
                KubeErrors.Timeout,
                KubeErrors.InternalError,
                KubeErrors.ConnectionReset,
            }
        )
        {
            for (var call = 0; call < 3; call++)
            {
                var reader = _world.NewWriter();
                var (failing, seen) = (call, 0);
                reader.Client.Faults.Add(_ => seen++ == failing ? Fault.Before(error()) : null);
                await Assert.ThrowsAnyAsync<Exception>(() =>
                    reader.Store.ReadAsync(Subject, _world.Witnesses(1), RecordWorld.Stop)
                );
            }
        }
    }

    [Fact]
    public async Task Etcd_restored_from_a_backup_is_noticed_by_a_witness_and_read_right_without_one()
    {
        var writer = _world.NewWriter();
        await writer.CommitAsync("a=1 b=1");
        await writer.CommitAsync("a=2");
        var backup = _world.Cluster.Snapshot();
        await writer.CommitAsync("a=3 b=3");
        await writer.CommitAsync("b=4");
        _world.Cluster.Restore(backup);

        // The same process, with its memory of earlier reads.
        var lost = Assert.IsType<RecordRead.Lost>(
            await writer.Store.ReadAsync(Subject, _world.Witnesses(4), RecordWorld.Stop)
        );
        Assert.Contains("has counter 2, but counter 4 was seen before", lost.Why, StringComparison.Ordinal);
        Assert.Equal(
            "2: a=2 b=1",
            RecordWorld.Text(await writer.Store.ReadAsync(Subject, _world.Witnesses(2), RecordWorld.Stop))
        );

        await writer.CommitAsync("a=9", witness: 4);
        Assert.Equal("5: a=9", RecordWorld.Text(await _world.ReadAsync(witness: 5)));
    }

    [Fact]
    public async Task What_is_too_large_is_refused_before_anything_is_written()
    {
        var writer = _world.NewWriter(RecordWorld.Options with { MaxPartBytes = 1000, MaxHeadBytes = 2000 });
        var noise = new byte[2000];
        new Random(1).NextBytes(noise);
        var basis = await writer.ReadBasisAsync();

        var part = await Assert.ThrowsAsync<RecordTooLargeException>(() =>
            writer.Store.CommitAsync(Subject, basis, RecordWorld.Changes("a=1").Add("b", noise), RecordWorld.Stop)
        );
        var head = await Assert.ThrowsAsync<RecordTooLargeException>(() =>
            writer.CommitAsync(basis, string.Join(' ', Enumerable.Range(0, 50).Select(i => $"p{i}=1")))
        );

        Assert.Equal(("b", 1000), (part.Part, part.Limit));
        Assert.InRange(part.Bytes, 2001, 2300);
        Assert.Equal(((string?)null, 2000), (head.Part, head.Limit));
        Assert.InRange(head.Bytes, 2001, 20_000);

        Assert.Empty(_world.Cluster.Journal.Writes);
    }

    [Fact]
    public async Task A_commit_that_took_too_long_is_abandoned()
    {
        var writer = _world.NewWriter();
        await writer.CommitAsync("a=1");
        var basis = await writer.ReadBasisAsync();
        writer.Client.Faults.Add(r =>
        {
            if (r.Verb == KubeVerb.Create)
            {
                _world.Time.Advance(TimeSpan.FromSeconds(61));
            }
            return null;
        });

        await Assert.ThrowsAsync<TimeoutException>(() => writer.CommitAsync(basis, "a=2"));

        Assert.Equal("1: a=1", RecordWorld.Text(await _world.ReadAsync()));
    }
}
