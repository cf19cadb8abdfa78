using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using YamlDotNet.Core;

namespace Operator.Api;

/// <summary>
/// The content of a ConfigMap key in <c>spec.storesFrom</c>: a YAML (or JSON) list of stores, each as in
/// <c>spec.stores</c>.
/// </summary>
public sealed record StoreList
{
    /// <summary>The most stores of one connector, all lists together.</summary>
    public const int MostStores = 10_000;
    private const int MostProblemsSaid = 3;
    private const char ByteOrderMark = '\uFEFF';
    private static readonly StoreListValidator Validator = new();

    /// <summary>Empty when there is a problem.</summary>
    public ImmutableArray<Store> Stores { get; init; } = [];

    /// <summary>The fault with its line; null when there is none.</summary>
    public string? Problem { get; init; }

    /// <summary>Reads a list; never throws: text that is not a list sets <see cref="Problem"/>.</summary>
    public static StoreList Read(string text)
    {
        if (LineOfMark(text) is { } line)
        {
            return Broken(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"line {line}: it begins with a byte order mark (BOM), which an editor wrote and which is not visible; save the file as UTF-8 without it"
                )
            );
        }
        try
        {
            return new YamlReader(new StringReader(text)).Read().ToList() switch
            {
                [var document] => Read(document),
                [] => Broken("it is empty; write a list of stores, or [] for none"),
                _ => Broken("it has several documents; keep one list"),
            };
        }
        catch (YamlException e)
        {
            return Broken(
                string.Create(CultureInfo.InvariantCulture, $"line {e.Start.Line}: {(e.InnerException ?? e).Message}")
            );
        }
    }

    /// <summary>
    /// The line that begins with a byte order mark, counted from 1: the first line, or where another file was appended. Null: none.
    /// </summary>
    private static int? LineOfMark(string text)
    {
        var at = text.StartsWith(ByteOrderMark) ? 0 : text.IndexOf($"\n{ByteOrderMark}", StringComparison.Ordinal);
        return at < 0 ? null
            : at == 0 && text[0] == ByteOrderMark ? 1
            : text.AsSpan(0, at + 1).Count('\n') + 1;
    }

    private static StoreList Read(YamlDocument document)
    {
        if (document.Root.ValueKind != JsonValueKind.Array)
        {
            return Broken("it is no list; write one entry for each store, such as - name: acme-eu");
        }
        var shape = JsonShape.Differences(document.Root, ApiJson.Default.ImmutableArrayStore);
        if (!shape.IsEmpty)
        {
            return Broken(document, shape);
        }
        var stores = document.Root.Deserialize(ApiJson.Default.ImmutableArrayStore);
        var findings = Validator.Validate(new StoreListContent(stores)).Errors;
        return findings.Count == 0
            ? new StoreList { Stores = stores }
            : Broken(
                document,
                [.. findings.Select(f => new Finding(Findings.PathInList(f.PropertyName), f.ErrorMessage))]
            );
    }

    private static StoreList Broken(YamlDocument document, ImmutableArray<Finding> findings)
    {
        var said = findings
            .Take(MostProblemsSaid)
            .Select(f =>
                string.Create(CultureInfo.InvariantCulture, $"line {document.LineOf(f.Path)}: {f.Path}: {f.Message}")
            );
        var more = findings.Length > MostProblemsSaid ? $"; and {findings.Length - MostProblemsSaid} more" : "";
        return Broken(string.Join("; ", said) + more);
    }

    private static StoreList Broken(string problem) => new() { Problem = problem };
}
