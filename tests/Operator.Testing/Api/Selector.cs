using System.Collections.Immutable;

namespace Operator.Testing;

/// <summary>A label selector (equality, inequality, existence, joined by commas), and a selector of common fields.</summary>
internal sealed class Selector
{
    private readonly ImmutableArray<Term> _labels;
    private readonly ImmutableArray<Term> _fields;

    private Selector(ImmutableArray<Term> labels, ImmutableArray<Term> fields)
    {
        _labels = labels;
        _fields = fields;
    }

    private enum Test
    {
        Equal,
        NotEqual,
        Exists,
        Absent,
    }

    private readonly record struct Term(string Name, Test Test, string Value)
    {
        public bool Holds(string? actual) =>
            Test switch
            {
                Test.Equal => actual == Value,
                Test.NotEqual => actual != Value,
                Test.Exists => actual is not null,
                _ => actual is null,
            };
    }

    public static Selector Parse(string? labels, string? fields)
    {
        var selector = new Selector(Terms(labels), Terms(fields));
        foreach (var field in selector._fields)
        {
            if (!IsKnown(field.Name) || field.Test is Test.Exists or Test.Absent)
            {
                throw ApiFailure.BadRequest($"field label not supported: {field.Name}");
            }
        }
        return selector;
    }

    public bool Matches(StoredObject item) =>
        _labels.All(t => t.Holds(item.Labels.GetValueOrDefault(t.Name)))
        && _fields.All(t => t.Holds(Field(item, t.Name)));

    private static ImmutableArray<Term> Terms(string? text) =>
        string.IsNullOrEmpty(text) ? [] : [.. text.Split(',').Select(t => Parse(t.Trim()))];

    private static Term Parse(string term)
    {
        if (term.Length == 0 || term.Contains('(', StringComparison.Ordinal))
        {
            throw ApiFailure.BadRequest($"unable to parse requirement: '{term}' (sets are not part of this server)");
        }
        foreach (var (sign, test) in new[] { ("!=", Test.NotEqual), ("==", Test.Equal), ("=", Test.Equal) })
        {
            var at = term.IndexOf(sign, StringComparison.Ordinal);
            if (at > 0)
            {
                return new Term(term[..at].Trim(), test, term[(at + sign.Length)..].Trim());
            }
        }
        return term[0] == '!' ? new Term(term[1..].Trim(), Test.Absent, "") : new Term(term, Test.Exists, "");
    }

    private static bool IsKnown(string field) =>
        field is "metadata.name" or "metadata.namespace" or "spec.nodeName" or "status.phase";

    private static string? Field(StoredObject item, string name) =>
        name switch
        {
            "metadata.name" => item.Key.Name,
            "metadata.namespace" => item.Key.Namespace,
            "spec.nodeName" => item.Json.Field("spec", "nodeName")?.GetString() ?? "",
            _ => item.Json.Field("status", "phase")?.GetString() ?? "",
        };
}
