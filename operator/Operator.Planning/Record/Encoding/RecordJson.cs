using System.Text.Json.Serialization;

namespace Operator.Planning.Record.Encoding;

/// <summary>JSON of the record's parts: compact, without null properties.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(RevisionBook))]
[JsonSerializable(typeof(AttemptBook))]
[JsonSerializable(typeof(PauseBook))]
[JsonSerializable(typeof(PlanningBook))]
[JsonSerializable(typeof(ActionBook))]
[JsonSerializable(typeof(QuotaBook))]
[JsonSerializable(typeof(FlowPlan))]
[JsonSerializable(typeof(FlowLedger))]
[JsonSerializable(typeof(KeptStoreList))]
[JsonSerializable(typeof(ChunkBook))]
[JsonSerializable(typeof(Timeline))]
[JsonSerializable(typeof(OutcomeStores))]
internal sealed partial class RecordJson : JsonSerializerContext;
