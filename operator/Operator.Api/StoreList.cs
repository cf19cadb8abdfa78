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

    /// <summary>With more wrong stores the list as a whole is wrong: somebody broke it with a script.</summary>
    public const int MostWrong = 100;
    private const char ByteOrderMark = '\uFEFF';
    private static readonly StoreListValidator Validator = new();

    /// <summary>The stores without those that are wrong; empty when there is a problem.</summary>
    public ImmutableArray<Store> Stores { get; init; } = [];

    /// <summary>Names of single stores that are wrong, while others are right.</summary>
    public ImmutableArray<string> Wrong { get; init; } = [];

    /// <summary>What is wrong with the stores in <see cref="Wrong"/>, with the lines; null when none is.</summary>
    public string? WrongBecause { get; init; }

    /// <summary>
    /// Entries are left out, because their name is no name: nobody knows which stores they mean. They are in <see cref="WrongBecause"/>, too.
    /// </summary>
    public bool HasNameless { get; init; }

    /// <summary>The fault of the list as a whole with its line; null when there is none.</summary>
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
        var misshapen = shape.Select(PlaceOf).ToHashSet();
        // A store of the wrong shape can't be decoded; its name can.
        ImmutableArray<Store> stores =
        [
            .. document
                .Root.EnumerateArray()
                .Select(
                    (entry, i) =>
                        (misshapen.Contains(i) ? null : entry.Deserialize(ApiJson.Default.Store))
                        ?? new Store { Name = NameOf(entry) }
                ),
        ];
        var findings = Validator
            .Validate(new StoreListContent(stores))
            .Errors.Select(e => new Finding(Findings.PathInList(e.PropertyName), e.ErrorMessage))
            .Where(f => !misshapen.Contains(PlaceOf(f)));
        return Sorted(document, stores, shape.AddRange(findings));
    }

    /// <summary>
    /// A wrong store stands still by itself, unless no other one is right. One whose name is no name is left out.
    /// </summary>
    private static StoreList Sorted(
        YamlDocument document,
        ImmutableArray<Store> stores,
        ImmutableArray<Finding> findings
    )
    {
        if (findings.IsEmpty)
        {
            return new StoreList { Stores = stores };
        }
        var places = findings.Select(PlaceOf).Distinct().ToList();
        if (places.Exists(p => p is not { } i || i >= stores.Length))
        {
            return Broken(Said(document, findings));
        }
        var wrong = places.Select(p => stores[p!.Value].Name).ToHashSet(StringComparer.Ordinal); // checked above
        var right = stores.RemoveAll(s => wrong.Contains(s.Name));
        return right.IsEmpty || places.Count > MostWrong
            ? Broken(Said(document, findings))
            : new StoreList
            {
                Stores = right,
                Wrong = [.. wrong.Where(Texts.IsDnsLabel).Order(StringComparer.Ordinal)],
                WrongBecause = Said(document, findings),
                HasNameless = !wrong.All(Texts.IsDnsLabel),
            };
    }

    /// <summary>The place of the store that the finding is about; null: it is about the list.</summary>
    private static int? PlaceOf(Finding finding) =>
        finding.Path.StartsWith('[')
        && finding.Path.IndexOf(']', StringComparison.Ordinal) is > 1 and var end
        && int.TryParse(finding.Path.AsSpan(1, end - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var place)
            ? place
            : null;

    private static string NameOf(JsonElement entry) =>
        entry.ValueKind == JsonValueKind.Object
        && entry.TryGetProperty("name", out var name)
        && name.ValueKind == JsonValueKind.String
            ? name.GetString() ?? ""
            : "";

    private static string Said(YamlDocument document, ImmutableArray<Finding> findings)
    {
        var said = findings
            .Take(MostProblemsSaid)
            .Select(f =>
                string.Create(CultureInfo.InvariantCulture, $"line {document.LineOf(f.Path)}: {f.Path}: {f.Message}")
            );
        var more = findings.Length > MostProblemsSaid ? $"; and {findings.Length - MostProblemsSaid} more" : "";
        return string.Join("; ", said) + more;
    }

    private static StoreList Broken(string problem) => new() { Problem = problem };
}
