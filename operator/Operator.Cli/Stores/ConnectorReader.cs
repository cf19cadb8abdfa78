using System.Collections.Immutable;
using System.Text.Json;
using Operator.Api;
using Operator.Planning.Explaining;
using Operator.Planning.Record;
using Operator.Planning.Record.Encoding;
using Operator.Runtime;

namespace Operator.Cli.Stores;

/// <summary>A connector, its record (null: none is readable), and the names of its known stores.</summary>
internal sealed record ReadConnector(MarketplaceConnector Connector, ConnectorRecord? Record)
{
    public ImmutableArray<string> Stores { get; } = Explanations.Stores(Connector, Record);
}

/// <summary>Reads connectors and their records; never writes.</summary>
internal sealed class ConnectorReader(IKubeApi api, TimeProvider time)
{
    private const int PageSize = 100;
    private static readonly ResourceType Connectors = new(ApiGroup.Name, ApiGroup.Version, ApiGroup.ConnectorPlural);

    private readonly RecordStore _records = new(
        api,
        new RecordStoreOptions
        {
            Domain = ApiGroup.Name,
            Type = new ResourceType(ApiGroup.Name, ApiGroup.Version, ApiGroup.RecordPlural),
            Kind = ApiGroup.RecordKind,
            SubjectField = "connector",
            Prefix = RecordParts.ObjectPrefix,
            OutlivesHead = RecordParts.OutlivesHead,
        },
        time,
        () => throw new InvalidOperationException("cannot commit a record: this program only reads records")
    );

    /// <summary>Reads the named connector (null: all of the namespace); leaves out connectors that can't be decoded.</summary>
    public async Task<ImmutableArray<ReadConnector>> ReadAsync(string ns, string? name, CancellationToken ct)
    {
        var items = name is null ? await ListAsync(ns, ct) : await GetAsync(new ObjectKey(ns, name), ct);
        var read = ImmutableArray.CreateBuilder<ReadConnector>();
        foreach (var item in items)
        {
            if (Decode(item) is { } connector)
            {
                read.Add(new ReadConnector(connector, await RecordOfAsync(item.Key, connector, ct)));
            }
        }
        return read.ToImmutable();
    }

    private async Task<IReadOnlyList<KubeObject>> GetAsync(ObjectKey key, CancellationToken ct) =>
        await api.GetAsync(Connectors, key, ct) is { } item ? [item] : [];

    private async Task<IReadOnlyList<KubeObject>> ListAsync(string ns, CancellationToken ct)
    {
        var items = new List<KubeObject>();
        string? next = null;
        do
        {
            var page = await api.ListAsync(Connectors, ns, new ListOptions { Limit = PageSize, Continue = next }, ct);
            items.AddRange(page.Items.Select(i => new KubeObject(i)));
            next = page.Continue;
        } while (next is not null);
        return items;
    }

    /// <summary>Null when there is no record, or the record is lost or written by a newer version.</summary>
    private async Task<ConnectorRecord?> RecordOfAsync(
        ObjectKey key,
        MarketplaceConnector connector,
        CancellationToken ct
    ) =>
        await _records.ReadAsync(
            key,
            [new RecordWitness(connector.Status.RecordId, connector.Status.RecordCounter)],
            ct
        )
            is RecordRead.Found { Record: var found }
            ? Decode(found)
            : null;

    private static ConnectorRecord? Decode(StoredRecord found)
    {
        try
        {
            return RecordParts.Decode(found.Id, found.Counter, found.CreatedAt, found.Parts);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static MarketplaceConnector? Decode(KubeObject item)
    {
        try
        {
            return item.Json.Deserialize(ApiJson.Default.MarketplaceConnector);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
