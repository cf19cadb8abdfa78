using Operator.Hosting;
using Operator.Planning.Record;
using Operator.Planning.Record.Encoding;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests.Simulation;

/// <summary>Reads the committed record directly, without the faults of the operator's client.</summary>
internal sealed class RecordEye
{
    private readonly RecordStore _store;

    public RecordEye(FakeCluster cluster, VirtualTime time) =>
        _store = new RecordStore(
            cluster.Connect("observer"),
            Wiring.Records,
            time,
            () => throw new InvalidOperationException("an observer commits nothing")
        );

    /// <summary>Null when there is no readable record.</summary>
    public ConnectorRecord? Read(ObjectKey connector)
    {
        var read = _store.ReadAsync(connector, [], CancellationToken.None); // the fake answers at once
        return read is { IsCompletedSuccessfully: true, Result: RecordRead.Found { Record: { } found } }
            ? RecordParts.Decode(found.Id, found.Counter, found.CreatedAt, found.Parts)
            : null;
    }
}
