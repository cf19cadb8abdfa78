using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Operator.Planning.Record.Encoding;

/// <summary>The types of the record's parts. <see cref="PartJson"/> writes and reads them.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true,
    UseStringEnumConverter = true,
    GenerationMode = JsonSourceGenerationMode.Metadata
)]
[JsonSerializable(typeof(RevisionBook))]
[JsonSerializable(typeof(RevisionCodec.Content), TypeInfoPropertyName = "RevisionContent")]
[JsonSerializable(typeof(AttemptBook))]
[JsonSerializable(typeof(AttemptCodec.Dwell))]
[JsonSerializable(typeof(AttemptCodec.CohortPlaces))]
[JsonSerializable(typeof(ImmutableArray<string>))]
[JsonSerializable(typeof(ImmutableArray<Entry>))]
[JsonSerializable(typeof(TrialCodec.Content), TypeInfoPropertyName = "TrialContent")]
[JsonSerializable(typeof(PlanningBook))]
[JsonSerializable(typeof(ChunkBook))]
[JsonSerializable(typeof(PlanCodec.Content), TypeInfoPropertyName = "PlanContent")]
[JsonSerializable(typeof(TimelineCodec.Content), TypeInfoPropertyName = "TimelineContent")]
[JsonSerializable(typeof(Timeline))]
[JsonSerializable(typeof(Shard<StoreTable>))]
[JsonSerializable(typeof(Shard<ActionBook>))]
[JsonSerializable(typeof(Shard<StoreBook>))]
[JsonSerializable(typeof(Shard<PauseBook>))]
[JsonSerializable(typeof(Shard<QuotaBook>))]
[JsonSerializable(typeof(Shard<FlowLedger>))]
internal sealed partial class RecordJson : JsonSerializerContext;
