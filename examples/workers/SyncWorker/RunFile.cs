using System.Text.Json.Serialization;

namespace SyncWorker;

/// <summary>/sync/run.json: what this run is asked to do.</summary>
public sealed record RunFile
{
    public string Flow { get; set; } = "";
    public string Occasion { get; set; } = "";
    public DateTimeOffset Slot { get; set; }
    public string Revision { get; set; } = "";
    public DateTimeOffset Deadline { get; set; }
    public Dictionary<string, string> Parameters { get; set; } = [];

    /// <summary>In the order of the report.</summary>
    public List<RunStore> Stores { get; set; } = [];
}

public sealed record RunStore
{
    public string Name { get; set; } = "";

    /// <summary>Up to here everything was synced; absent on the store's first run.</summary>
    public DateTimeOffset? LastOkSlot { get; set; }

    /// <summary>What came up since then is to be done again; absent: nothing is.</summary>
    public DateTimeOffset? RedoFrom { get; set; }

    /// <summary>Where to begin; null on the store's first run.</summary>
    public DateTimeOffset? Since => RedoFrom < LastOkSlot ? RedoFrom : LastOkSlot ?? RedoFrom;
}

public sealed record Token
{
    [JsonPropertyName("access_token")]
    public string AccessToken { get; set; } = "";
}

public sealed record OrderPage
{
    public List<Order> Orders { get; set; } = [];
    public string? NextPageToken { get; set; }
}

public sealed record Order
{
    public string Id { get; set; } = "";

    /// <summary>As the marketplace writes amounts: <c>1,234.50</c>.</summary>
    public string Total { get; set; } = "";
}

public sealed record Acknowledgement(string Id, decimal Total);

public sealed record AcknowledgementResult
{
    public string Id { get; set; } = "";

    /// <summary>The HTTP status that this row would have had alone.</summary>
    public int Status { get; set; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RunFile))]
[JsonSerializable(typeof(Token))]
[JsonSerializable(typeof(OrderPage))]
[JsonSerializable(typeof(List<Acknowledgement>))]
[JsonSerializable(typeof(List<AcknowledgementResult>))]
[JsonSerializable(typeof(LogLine))]
internal sealed partial class WorkerJson : JsonSerializerContext;
