using System.Text.Json;

namespace Operator.Planning.Record.Encoding;

/// <summary>The parts of a lost record. Of one name there may be several copies, the best first.</summary>
internal sealed class SurvivingParts(IEnumerable<KeyValuePair<string, ReadOnlyMemory<byte>>> copies)
{
    private readonly ILookup<string, ReadOnlyMemory<byte>> _copies = copies.ToLookup(
        c => c.Key,
        c => c.Value,
        StringComparer.Ordinal
    );

    /// <summary>The content of the first copy that can be read; null when there is none.</summary>
    public T? Find<T>(string name)
        where T : class => _copies[name].Select(json => TryRead<T>(name, json)).FirstOrDefault(c => c is not null);

    private static T? TryRead<T>(string name, ReadOnlyMemory<byte> json)
        where T : class
    {
        try
        {
            return PartJson.Read<T>(name, json.Span);
        }
        catch (JsonException)
        {
            return null; // another copy may be readable, and a lost part is no reason to lose the others
        }
    }
}
