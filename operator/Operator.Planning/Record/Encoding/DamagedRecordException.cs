using System.Text.Json;

namespace Operator.Planning.Record.Encoding;

/// <summary>
/// Parts that belong together are not all there: the record is lost. Every other <see cref="JsonException"/> is a part that this
/// version can't read, but that a newer one may.
/// </summary>
public sealed class DamagedRecordException(string message) : JsonException(message);
