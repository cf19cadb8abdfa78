using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Operator.Api;

/// <summary>
/// Reads YAML (and JSON) documents as kubectl does, from the parser's events: without reflection, so it works in a native
/// binary. Throws <see cref="YamlException"/> with the position for text that is not YAML, a duplicate key, or aliases that
/// make the document too large.
/// </summary>
public sealed class YamlReader(TextReader text)
{
    private const int MostNodes = 500_000;
    private const int DeepestNesting = 64;
    private const string MergeKey = "<<";

    private readonly Parser _parser = new(text);
    private Dictionary<string, JsonNode?> _anchors = [];
    private Dictionary<string, int> _lines = [];
    private int _nodes;

    /// <summary>The documents in order; empty documents (only comments) are counted but not returned.</summary>
    public IEnumerable<YamlDocument> Read()
    {
        _parser.Consume<StreamStart>();
        for (var number = 1; !_parser.TryConsume<StreamEnd>(out _); number++)
        {
            _parser.Consume<DocumentStart>();
            (_anchors, _lines, _nodes) = (new(StringComparer.Ordinal), new(StringComparer.Ordinal), 0);
            var root = Node("", 0);
            _parser.Consume<DocumentEnd>();
            if (root is not null)
            {
                using var json = JsonDocument.Parse(root.ToJsonString());
                yield return new YamlDocument
                {
                    Number = number,
                    Root = json.RootElement.Clone(),
                    Lines = _lines,
                };
            }
        }
    }

    private JsonNode? Node(string path, int depth)
    {
        var next = _parser.Current ?? throw new YamlException("the document ends early");
        if (++_nodes > MostNodes || depth > DeepestNesting)
        {
            throw new YamlException(next.Start, next.End, "the document is too large or too deeply nested");
        }
        _lines.TryAdd(path, (int)next.Start.Line);
        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            return Aliased(alias);
        }
        var anchor = (next as NodeEvent)?.Anchor ?? AnchorName.Empty;
        JsonNode? node =
            _parser.TryConsume<Scalar>(out var scalar) ? PlainScalars.Read(scalar)
            : _parser.TryConsume<SequenceStart>(out _) ? Sequence(path, depth)
            : Mapping(path, depth);
        if (!anchor.IsEmpty)
        {
            _anchors[anchor.Value] = node;
        }
        return node;
    }

    private JsonNode? Aliased(AnchorAlias alias)
    {
        if (!_anchors.TryGetValue(alias.Value.Value, out var anchored))
        {
            throw new YamlException(
                alias.Start,
                alias.End,
                $"there is no anchor &{alias.Value.Value} before this alias"
            );
        }
        _nodes += SizeOf(anchored);
        return _nodes <= MostNodes
            ? anchored?.DeepClone()
            : throw new YamlException(alias.Start, alias.End, "aliases make the document too large");
    }

    private JsonArray Sequence(string path, int depth)
    {
        var items = new JsonArray();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(Node($"{path}[{items.Count}]", depth + 1));
        }
        return items;
    }

    private JsonObject Mapping(string path, int depth)
    {
        _parser.Consume<MappingStart>();
        var fields = new JsonObject();
        var merged = new List<JsonNode?>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var key = _parser.Consume<Scalar>();
            var value = Node(path.Length == 0 ? key.Value : $"{path}.{key.Value}", depth + 1);
            if (key is { Value: MergeKey, Style: ScalarStyle.Plain })
            {
                merged.Add(value);
            }
            else if (!fields.TryAdd(key.Value, value))
            {
                throw new YamlException(key.Start, key.End, $"the field '{key.Value}' occurs twice; remove one");
            }
        }
        Merge(fields, merged);
        return fields;
    }

    /// <summary>YAML's merge keys: the mapping's own fields win, then those of the earlier source.</summary>
    private static void Merge(JsonObject fields, List<JsonNode?> merged)
    {
        var sources = merged.SelectMany(m => m is JsonArray list ? list.AsEnumerable() : [m]).OfType<JsonObject>();
        foreach (var (name, value) in sources.SelectMany(s => s))
        {
            fields.TryAdd(name, value?.DeepClone());
        }
    }

    private static int SizeOf(JsonNode? node) =>
        node switch
        {
            JsonObject fields => 1 + fields.Sum(f => SizeOf(f.Value)),
            JsonArray items => 1 + items.Sum(SizeOf),
            _ => 1,
        };
}
