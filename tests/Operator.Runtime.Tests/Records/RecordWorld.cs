using System.Collections.Immutable;
using System.Text;
using Operator.Testing;

namespace Operator.Runtime.Tests.Records;

/// <summary>A cluster with one record, and record stores that read and write it, each with its own client.</summary>
internal sealed class RecordWorld : IDisposable
{
    public static readonly ObjectKey Subject = new("shop", "subject");
    public static readonly RecordStoreOptions Options = new()
    {
        Domain = "example.io",
        Type = ResourceKinds.Records.Type,
        Kind = ResourceKinds.Records.Kind,
        SubjectField = "subject",
        Prefix = "rec",
        OutlivesHead = name => name != Inline,
        MaxInlineBytes = 1024,
        MaxInlineCopyBytes = 0,
    };

    /// <summary>Small parts that outlive the head have a copy inside the head.</summary>
    public static readonly RecordStoreOptions WithCopies = Options with { MaxInlineCopyBytes = 256 };

    /// <summary>The name of a part that is stored inside the head while it is small.</summary>
    public const string Inline = "last";
    private int _ids;
    private int _clients;

    public RecordWorld() => Cluster = new FakeCluster(Time);

    public VirtualTime Time { get; } = new();
    public FakeCluster Cluster { get; }

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public Writer NewWriter(RecordStoreOptions? options = null) =>
        new(this, Cluster.Connect($"w{_clients++}"), options ?? Options);

    public string NextId() => $"id{_ids++:x16}";

    public IReadOnlyList<KubeObject> Parts =>
        [.. Cluster.All(ResourceKinds.Records.Type).Where(c => c.Label("example.io/record-role") == "part")];

    public KubeObject Head =>
        Cluster.All(ResourceKinds.Records.Type).Single(c => c.Label("example.io/record-role") == "head");

    /// <summary>The record as a new process reads it.</summary>
    public Task<RecordRead> ReadAsync(long witness = 0) =>
        NewWriter().Store.ReadAsync(Subject, Witnesses(witness), Stop);

    /// <summary>The id of the record that was committed last.</summary>
    public string? LastId { get; set; }

    /// <summary>One witness of the record that was committed last; none when the counter is 0.</summary>
    public RecordWitness[] Witnesses(long counter) => counter == 0 ? [] : [new RecordWitness(LastId, counter)];

    public static ImmutableSortedDictionary<string, ReadOnlyMemory<byte>?> Changes(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(c => c.Split('='))
            .ToImmutableSortedDictionary(
                c => c[0],
                c => c[1] == "-" ? (ReadOnlyMemory<byte>?)null : Encoding.UTF8.GetBytes(c[1]),
                StringComparer.Ordinal
            );

    /// <summary>The record as "counter: name=content …", or the other result of the read.</summary>
    public static string Text(RecordRead read) =>
        read switch
        {
            RecordRead.Found(var record) => Text(record),
            RecordRead.Lost lost => $"lost: {lost.Why}",
            _ => "absent",
        };

    public static string Text(StoredRecord record) =>
        $"{record.Counter}:{string.Concat(record.Parts.Select(p => $" {p.Key}={Encoding.UTF8.GetString(p.Value.Span)}"))}";

    public void Dispose() => Cluster.Dispose();
}

/// <summary>A process that reads the record and commits changes of it.</summary>
internal sealed class Writer(RecordWorld world, FakeClient client, RecordStoreOptions options)
{
    public FakeClient Client { get; } = client;
    public RecordStore Store { get; } = new(client, options, world.Time, world.NextId);

    public async Task<CommitBasis> ReadBasisAsync(long witness = 0) =>
        await Store.ReadAsync(RecordWorld.Subject, world.Witnesses(witness), RecordWorld.Stop) switch
        {
            RecordRead.Found(var record) => new CommitBasis.OnTop(record),
            RecordRead.Lost lost => new CommitBasis.InPlaceOf(
                lost.Head,
                world.NextId(),
                world.Time.GetUtcNow(),
                Above(lost, witness)
            ),
            _ => new CommitBasis.Fresh(world.NextId(), world.Time.GetUtcNow()),
        };

    public async Task<StoredRecord> CommitAsync(string changes, long witness = 0) =>
        await CommitAsync(await ReadBasisAsync(witness), changes);

    public async Task<StoredRecord> CommitAsync(CommitBasis basis, string changes)
    {
        var committed = await Store.CommitAsync(
            RecordWorld.Subject,
            basis,
            RecordWorld.Changes(changes),
            RecordWorld.Stop
        );
        world.LastId = committed.Id;
        return committed;
    }

    private static long Above(RecordRead.Lost lost, long witness) =>
        Math.Max(witness, lost.Survivors.Select(s => s.Counter).DefaultIfEmpty().Max());
}
