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
