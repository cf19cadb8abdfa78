using Microsoft.Extensions.Logging.Abstractions;
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
        await writer.CommitAsync("a=3");
        await writer.CommitAsync("a=4");
        Assert.Equal(5, _world.Parts.Count);

        Assert.Equal(2, await writer.Store.SweepAsync(ns: null, RecordWorld.Stop));

        Assert.Equal(3, _world.Parts.Count);
        Assert.Equal("4: a=4 b=1", RecordWorld.Text(await _world.ReadAsync(witness: 4)));
    }

    [Fact]
    public async Task A_part_whose_deletion_is_refused_keeps_no_other()
    {
        var writer = _world.NewWriter();
        await writer.CommitAsync("a=1 b=1 c=1");
        await writer.CommitAsync("a=2 b=2 c=2");
        _world.Time.Advance(TimeSpan.FromHours(2));
        writer.Client.Faults.Next(Fault.Before(KubeErrors.Forbidden()), r => r.Verb == KubeVerb.Delete);

        await Assert.ThrowsAsync<KubeApiException>(() => writer.Store.SweepAsync(ns: null, RecordWorld.Stop));

        Assert.Equal(4, _world.Parts.Count);
    }

    [Fact]
    public async Task Nothing_is_swept_where_somebody_else_has_committed()
    {
        var (writer, other) = (_world.NewWriter(), _world.NewWriter());
        await writer.CommitAsync("a=1");
        await writer.CommitAsync("a=2");
        await other.CommitAsync("a=3");
        _world.Time.Advance(TimeSpan.FromHours(2));

        Assert.Equal(0, await writer.Store.SweepAsync(ns: null, RecordWorld.Stop));
        Assert.Equal(2, await other.Store.SweepAsync(ns: null, RecordWorld.Stop));
    }

    [Fact]
    public async Task A_record_that_was_not_read_here_keeps_its_parts()
    {
        var writer = _world.NewWriter();
        await writer.CommitAsync("a=1");
        await writer.CommitAsync("a=2");
        _world.Time.Advance(TimeSpan.FromHours(2));

        Assert.Equal(0, await _world.NewWriter().Store.SweepAsync(ns: null, RecordWorld.Stop));
    }

    [Fact]
    public async Task The_servers_clock_tells_the_age()
    {
        // The clock of this process is two hours ahead of the server's clock.
        _world.Cluster.ClockSkew = TimeSpan.FromHours(-2);
        var writer = _world.NewWriter();
        await writer.CommitAsync("a=1");
        await writer.CommitAsync("a=2");
        _world.Time.Advance(TimeSpan.FromMinutes(30));

        Assert.Equal(0, await writer.Store.SweepAsync(ns: null, RecordWorld.Stop));
    }

    [Fact]
    public async Task Parts_of_a_lost_record_stay_until_another_took_its_place()
    {
        var writer = _world.NewWriter();
        await writer.CommitAsync("a=1");
        await writer.CommitAsync("a=2");
        _world.Cluster.Delete(ResourceKinds.Records.Type, _world.Head.Key);
        _world.Time.Advance(TimeSpan.FromHours(2));

        Assert.Equal(0, await writer.Store.SweepAsync(ns: null, RecordWorld.Stop));
        await writer.CommitAsync("a=3", witness: 2);
        Assert.Equal(2, await writer.Store.SweepAsync(ns: null, RecordWorld.Stop));

        Assert.Equal("3: a=3", RecordWorld.Text(await _world.ReadAsync(witness: 3)));
    }

    [Fact]
    public async Task After_a_sweep_a_new_subject_costs_no_list()
    {
        var writer = _world.NewWriter();
        await writer.Store.SweepAsync(ns: null, RecordWorld.Stop);
        using var noLists = writer.Client.Faults.Add(r =>
            r.Verb == KubeVerb.List ? Fault.Before(KubeErrors.InternalError()) : null
        );

        await writer.CommitAsync("a=1");

        Assert.Equal("1: a=1", RecordWorld.Text(await _world.ReadAsync(witness: 1)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_sweep_a_lost_head_is_noticed_by_its_parts(bool isMadeHere)
    {
        var writer = _world.NewWriter();
        await (isMadeHere ? writer : _world.NewWriter()).CommitAsync("a=1");
        await writer.Store.SweepAsync(ns: null, RecordWorld.Stop);
        if (isMadeHere)
        {
            await writer.CommitAsync("a=2");
        }
        _world.Cluster.Delete(ResourceKinds.Records.Type, _world.Head.Key);

        Assert.StartsWith(
            "lost",
            RecordWorld.Text(await writer.Store.ReadAsync(Subject, [], RecordWorld.Stop)),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Parts_are_swept_every_hour_whatever_goes_wrong_once()
    {
        var writer = _world.NewWriter();
        using var stop = new CancellationTokenSource();
        writer.Client.Faults.Next(Fault.Before(KubeErrors.InternalError()), r => r.Verb == KubeVerb.List);
        _world.Time.Run(async () =>
        {
            var sweeping = new RecordSweeping(
                writer.Store,
                CoreTypes.Leases,
                _world.Time,
                NullLogger.Instance
            ).RunAsync(ns: null, stop.Token);
            for (var minute = 0; minute < 240; minute++)
            {
                await writer.CommitAsync($"a={minute}");
                await Task.Delay(TimeSpan.FromMinutes(1), _world.Time, CancellationToken.None);
            }
            stop.Cancel();
            await sweeping;
        });

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

        _world.Time.Run(async () =>
        {
            var read = reader.Store.ReadAsync(Subject, _world.Witnesses(1), CancellationToken.None);
            await writer.CommitAsync("a=2");
            Assert.Equal(1, await writer.Store.SweepAsync(ns: null, CancellationToken.None));

            Assert.Equal("2: a=2 b=1", RecordWorld.Text(await read));
        });
    }
}
