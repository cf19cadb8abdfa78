using System.Collections.Immutable;
using Operator.Hosting;
using Operator.Planning.Facts;
using Operator.Runtime;

namespace Operator.Tests;

/// <summary>A part that this version can't read (a newer operator wrote it) stops the connector; its status must say so.</summary>
public sealed class UnreadableRecordTests : IDisposable
{
    private readonly OneShop _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task A_record_that_this_version_can_not_read_is_a_condition()
    {
        _world.Create(OneShop.Connector());
        _world.Process.Start();
        _world.RunFor(3 * OneShop.Minute);
        var store = new RecordStore(
            _world.Cluster.Connect("newer"),
            Wiring.Records,
            _world.Time,
            () => Guid.NewGuid().ToString("n")
        );
        var ct = TestContext.Current.CancellationToken;
        var record = Assert.IsType<RecordRead.Found>(await store.ReadAsync(OneShop.Shop, [], ct)).Record;
        var name = record.Parts.Keys.First(k => k.StartsWith("plan", StringComparison.Ordinal));
        var changes = ImmutableSortedDictionary
            .Create<string, ReadOnlyMemory<byte>?>(StringComparer.Ordinal)
            .Add(name, """{"v":99,"later":"form","occasions":"other"}"""u8.ToArray());
        await store.CommitAsync(OneShop.Shop, new CommitBasis.OnTop(record), changes, ct);
        _world.Made.Clear();

        _world.RunFor(20 * OneShop.Minute);

        var ready = _world.Ready(Kinds.Connectors, OneShop.Shop);
        Assert.True(
            _world.Made.Count > 10 || !ready.StartsWith(Reasons.Syncing, StringComparison.Ordinal),
            $"{_world.Made.Count} runs in 20 minutes, and the status says {ready}"
        );
    }
}
