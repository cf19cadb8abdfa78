using System.Collections.Immutable;
using Operator.Hosting;
using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Tests.Simulation;

namespace Operator.Tests;

/// <summary>A record whose parts do not fit together is a lost record; a part of a newer version is carried along.</summary>
public sealed class DamagedRecordTests : IDisposable
{
    private static readonly ObjectKey Shop = new(FleetObjects.Namespace, FleetObjects.Name);
    private readonly OneOperator _operator = new();

    [Fact]
    public async Task A_record_without_a_part_that_it_needs_is_lost_and_stable_survives()
    {
        var before = await BeginAsync();
        var stable = Status("stableRevision");

        await CommitAsync(before, $"revision.{stable}", content: null);
        Touch();
        _operator.RunFor(TimeSpan.FromMinutes(2));

        Assert.Contains(Reasons.RecordLost, Events);
        Assert.Equal(stable, Status("stableRevision"));
        Assert.StartsWith(Reasons.Syncing, _operator.Ready(Kinds.Connectors, Shop), StringComparison.Ordinal);
        var after = await ReadAsync();
        Assert.NotEqual(before.Id, after.Id);
        Assert.True(after.Counter > before.Counter, "the counter never goes back");
        Assert.Contains($"revision.{stable}", after.Parts.Keys);
    }

    [Fact]
    public async Task A_part_of_a_newer_operator_stays_in_the_record()
    {
        var before = await BeginAsync();

        await CommitAsync(before, "later.than.us", "{}"u8.ToArray());
        Touch();
        _operator.RunFor(TimeSpan.FromMinutes(2));

        var after = await ReadAsync();
        Assert.True(after.Counter > before.Counter + 1, "the operator has committed");
        Assert.Equal("{}"u8.ToArray(), after.Parts["later.than.us"].ToArray());
    }

    public void Dispose() => _operator.Dispose();

    private IEnumerable<string?> Events =>
        _operator.Cluster.All(CoreTypes.Events).Select(e => e.Json.GetProperty("reason").GetString());

    /// <summary>The record as another process reads and writes it.</summary>
    private RecordStore Store() =>
        new(_operator.Cluster.Connect("other"), Wiring.Records, _operator.Time, () => Guid.NewGuid().ToString("n"));

    private async Task<StoredRecord> BeginAsync()
    {
        _operator.Cluster.Create(Kinds.Connectors, Shop.Namespace, new FleetObjects(new Random(1)).Connector());
        _operator.Start();
        _operator.RunFor(TimeSpan.FromSeconds(90));
        return await ReadAsync();
    }

    private async Task<StoredRecord> ReadAsync() =>
        Assert
            .IsType<RecordRead.Found>(await Store().ReadAsync(Shop, [], TestContext.Current.CancellationToken))
            .Record;

    private async Task CommitAsync(StoredRecord record, string part, ReadOnlyMemory<byte>? content)
    {
        var changes = ImmutableSortedDictionary.Create<string, ReadOnlyMemory<byte>?>(StringComparer.Ordinal);
        await Store()
            .CommitAsync(
                Shop,
                new CommitBasis.OnTop(record),
                changes.Add(part, content),
                TestContext.Current.CancellationToken
            );
    }

    /// <summary>Makes the operator look.</summary>
    private void Touch() =>
        _operator.Cluster.Edit(
            Kinds.Connectors,
            Shop,
            c => c["spec"]!["history"] = new System.Text.Json.Nodes.JsonObject { ["slots"] = 2 }
        ); // it has a spec

    private string Status(string field) =>
        _operator.Cluster.Find(Kinds.Connectors, Shop)!.Json.GetProperty("status").GetProperty(field).GetString() ?? ""; // it is never deleted
}
