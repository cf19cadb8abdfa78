using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Operator.Api;

/// <summary>
/// Source-generated JSON of our kinds: camelCase, nulls left out, unknown members ignored (the validator reports them).
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowReadingFromString
)]
[JsonSerializable(typeof(MarketplaceConnector))]
[JsonSerializable(typeof(SyncRollout))]
[JsonSerializable(typeof(SyncAction))]
[JsonSerializable(typeof(ImmutableArray<Store>))]
public sealed partial class ApiJson : JsonSerializerContext;
