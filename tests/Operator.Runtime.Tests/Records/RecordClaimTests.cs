using Operator.Testing;

namespace Operator.Runtime.Tests.Records;

/// <summary>The head says who committed last, and until when others leave the record alone.</summary>
public sealed class RecordClaimTests : IDisposable
{
    private static readonly RecordClaim Ours = new("a", new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    private readonly RecordWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task A_commit_leaves_its_claim_and_the_next_one_replaces_it()
    {
        var writer = _world.NewWriter();
        var none = await writer.CommitAsync("a=1");
        await ClaimAsync(writer, Ours);
        var read = await _world.ReadAsync();
        var without = await writer.CommitAsync("a=3");

        Assert.Null(none.Claim);
        Assert.Equal(Ours, Assert.IsType<RecordRead.Found>(read).Record.Claim);
        Assert.Null(without.Claim);
    }

    [Fact]
    public async Task A_record_that_is_lost_with_a_readable_head_still_tells_its_claim()
    {
        var writer = _world.NewWriter();
        await writer.CommitAsync("a=1");
        await ClaimAsync(writer, Ours);

        var lost = Assert.IsType<RecordRead.Lost>(await _world.ReadAsync(witness: 9));

        Assert.Equal(Ours, lost.Head?.Claim);
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public async Task Parts_of_a_record_that_is_anothers_now_are_not_swept(bool isOthers, int swept)
    {
        var sweeper = _world.NewWriter(RecordWorld.Options with { IsOthers = claim => isOthers && claim == Ours });
        await ClaimAsync(sweeper, Ours);
        await ClaimAsync(sweeper, Ours);
        _world.Time.Advance(TimeSpan.FromHours(2));

        Assert.Equal(swept, await sweeper.Store.SweepAsync(ns: null, RecordWorld.Stop));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_record_that_is_anothers_now_is_neither_marked_nor_retired(bool isOthers)
    {
        var options = RecordWorld.Options with { IsOthers = claim => isOthers && claim == Ours };
        var store = _world.NewWriter(options);
        await ClaimAsync(store, Ours);
        var (key, version) = (_world.Head.Key, _world.Head.ResourceVersion);
        for (var day = 0; day < 33; day++)
        {
            await store.Store.RetireAsync(CoreTypes.Leases, ns: null, RecordWorld.Stop);
            _world.Time.Advance(TimeSpan.FromDays(1));
        }

        Assert.Equal(isOthers ? version : null, _world.Cluster.Find(ResourceKinds.Records.Type, key)?.ResourceVersion);
    }

    private static async Task ClaimAsync(Writer writer, RecordClaim claim) =>
        await writer.CommitAsync(await writer.ReadBasisAsync() with { Claim = claim }, "a=2");
}
