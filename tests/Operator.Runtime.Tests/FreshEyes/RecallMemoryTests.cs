using System.Runtime.CompilerServices;
using Operator.Runtime.Tests.Records;
using Operator.Testing;

namespace Operator.Runtime.Tests.FreshEyes;

public sealed class RecallMemoryTests : IDisposable
{
    private readonly RecordWorld _world = new();

    public void Dispose() => _world.Dispose();

    /// <summary>"MaxRemembered" is 20,000, but only of one of the two dictionaries.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)] // control: a new term forgets the heads, and then nothing else keeps the record
    public async Task A_store_forgets_records_when_it_knows_too_many(bool beginsTerm)
    {
        var writer = _world.NewWriter();
        var first = await CommitAsync(writer, 0);

        for (var i = 1; i <= 20_100; i++)
        {
            await CommitAsync(writer, i);
            // The test keeps nothing of them.
            if (i % 1000 == 0)
            {
                foreach (var item in _world.Cluster.All(ResourceKinds.Records.Type))
                {
                    _world.Cluster.Delete(ResourceKinds.Records.Type, item.Key);
                }
            }
        }

        if (beginsTerm)
        {
            foreach (var item in _world.Cluster.All(ResourceKinds.Records.Type))
            {
                _world.Cluster.Delete(ResourceKinds.Records.Type, item.Key);
            }
            await writer.Store.BeginTermAsync(ns: null, RecordWorld.Stop);
        }
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.False(first.IsAlive, "the first record is still in memory");
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

        Assert.Equal("absent", RecordWorld.Text(await writer.Store.RecallAsync(RecordWorld.Subject, [], RecordWorld.Stop)));
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

        await Assert.ThrowsAnyAsync<Exception>(() => writer.CommitAsync(new CommitBasis.OnTop(recalled.Record), "a=2"));

        Assert.Equal("absent", RecordWorld.Text(await writer.Store.RecallAsync(RecordWorld.Subject, [], RecordWorld.Stop)));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> CommitAsync(Writer writer, int subject)
    {
        var committed = await writer.Store.CommitAsync(
            new ObjectKey("shop", $"s{subject}"),
            new CommitBasis.Fresh($"id{subject}", DateTimeOffset.UnixEpoch),
            RecordWorld.Changes("last=1"),
            RecordWorld.Stop
        );
        return new WeakReference(committed);
    }
}
