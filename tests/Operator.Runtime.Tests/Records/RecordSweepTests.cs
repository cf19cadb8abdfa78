using Operator.Testing;

namespace Operator.Runtime.Tests.Records;

public sealed class RecordSweepTests : IDisposable
{
    private static readonly ObjectKey Subject = RecordWorld.Subject;
    private readonly RecordWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Only_parts_that_nobody_lists_and_that_are_an_hour_old_are_swept()
    {
        var writer = _world.NewWriter();
        await writer.CommitAsync("a=1 b=1");
        await writer.CommitAsync("a=2");
        _world.Time.Advance(TimeSpan.FromMinutes(61));
        var committed = await writer.CommitAsync("a=3");
        var last = await writer.CommitAsync("a=4");
        Assert.Equal(5, _world.Parts.Count);

        Assert.Equal(0, await writer.Store.SweepAsync(Subject, committed, RecordWorld.Stop));
        Assert.Equal(2, await writer.Store.SweepAsync(Subject, last, RecordWorld.Stop));

        Assert.Equal(3, _world.Parts.Count);
        Assert.Equal("4: a=4 b=1", RecordWorld.Text(await _world.ReadAsync(witness: 4)));
    }

    [Fact]
    public async Task The_servers_clock_tells_the_age()
    {
        // Ours is two hours ahead.
        _world.Cluster.ClockSkew = TimeSpan.FromHours(-2);
        var writer = _world.NewWriter();
        await writer.CommitAsync("a=1");
        var committed = await writer.CommitAsync("a=2");
        _world.Time.Advance(TimeSpan.FromMinutes(30));

        Assert.Equal(0, await writer.Store.SweepAsync(Subject, committed, RecordWorld.Stop));
    }

    [Fact]
    public async Task Parts_of_a_lost_record_stay_until_another_took_its_place()
    {
        var writer = _world.NewWriter();
        var committed = await writer.CommitAsync("a=1");
        var newest = await writer.CommitAsync("a=2");
        _world.Cluster.Delete(CoreTypes.ConfigMaps, _world.Head.Key);
        _world.Time.Advance(TimeSpan.FromHours(2));

        Assert.Equal(0, await writer.Store.SweepAsync(Subject, committed, RecordWorld.Stop));
        Assert.Equal(0, await writer.Store.SweepAsync(Subject, newest, RecordWorld.Stop));
        var next = await writer.CommitAsync("a=3", witness: 2);
        Assert.Equal(2, await writer.Store.SweepAsync(Subject, next, RecordWorld.Stop));

        Assert.Equal("3: a=3", RecordWorld.Text(await _world.ReadAsync(witness: 3)));
    }

    [Fact]
    public async Task A_record_is_swept_at_most_once_an_hour()
    {
        var writer = _world.NewWriter();
        var swept = new List<int>();
        for (var minute = 0; minute < 240; minute++)
        {
            var committed = await writer.CommitAsync($"a={minute}");
            if (await writer.Store.SweepIfDueAsync(Subject, committed, RecordWorld.Stop) > 0)
            {
                swept.Add(minute);
            }
            _world.Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.InRange(swept.Count, 2, 3);
        Assert.All(swept.Zip(swept.Skip(1)), s => Assert.True(s.Second - s.First >= 60));
        Assert.InRange(_world.Parts.Count, 60, 125);
    }

    [Fact]
    public async Task A_reader_whose_part_is_replaced_and_swept_under_it_reads_again()
    {
        var writer = _world.NewWriter();
        await writer.CommitAsync("a=1 b=1");
        _world.Time.Advance(TimeSpan.FromHours(2));
        var reader = _world.NewWriter();
        reader.Client.Faults.Next(
            Fault.Late(TimeSpan.FromSeconds(2)),
            r => r.Key.Name.Contains("-part-", StringComparison.Ordinal)
        );

        VirtualTime.Run(
            _world.Time,
            async () =>
            {
                var read = reader.Store.ReadAsync(Subject, witness: 1, CancellationToken.None);
                var committed = await writer.CommitAsync("a=2");
                Assert.Equal(1, await writer.Store.SweepAsync(Subject, committed, CancellationToken.None));

                Assert.Equal("2: a=2 b=1", RecordWorld.Text(await read));
            }
        );
    }
}
