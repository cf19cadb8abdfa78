using System.Text.Json.Serialization;

namespace SyncWorker;

/// <summary>The content of /sync/run.json: the task of this run.</summary>
public sealed record RunFile
{
    public string Flow { get; set; } = "";
    public string Occasion { get; set; } = "";
    public DateTimeOffset Slot { get; set; }
    public string Revision { get; set; } = "";
    public DateTimeOffset Deadline { get; set; }
    public Dictionary<string, string> Parameters { get; set; } = [];

    /// <summary>The stores of the run; the report has the same order.</summary>
    public List<RunStore> Stores { get; set; } = [];
}

public sealed record RunStore
{
    public string Name { get; set; } = "";

    /// <summary>The newest slot in which the store had no failed item; null: there is none.</summary>
    public DateTimeOffset? LastOkSlot { get; set; }

    /// <summary>The work of this due time and of all later ones must be done again; null: nothing.</summary>
    public DateTimeOffset? RedoFrom { get; set; }

    /// <summary>The start of the range to sync; null on the store's first run.</summary>
    public DateTimeOffset? Since => Redone < LastOkSlot ? Redone : LastOkSlot ?? Redone;

    /// <summary>The due time itself covers what came up since the one before: take more than the interval of your schedule.</summary>
    private DateTimeOffset? Redone => RedoFrom - TimeSpan.FromMinutes(1);
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

    /// <summary>The total as the marketplace writes it: <c>1,234.50</c>.</summary>
    public string Total { get; set; } = "";
}

public sealed record Acknowledgement(string Id, decimal Total);

public sealed record AcknowledgementResult
{
    public string Id { get; set; } = "";

    /// <summary>The HTTP status of this row.</summary>
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
