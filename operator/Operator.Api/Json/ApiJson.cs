using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Operator.Api;

/// <summary>Source-generated JSON of our kinds: camelCase, absent for null, unknown members ignored (the validator's concern).</summary>
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
