using Operator.Api;
using YamlDotNet.Core;

namespace Operator.Cli.Linting;

/// <summary>
/// Checks files: all of them are read before the first is checked, because connectors refer to store lists. Prints one line per finding
/// on standard output, and all other messages on standard error.
/// </summary>
internal sealed class Lint(TextReader input, TextWriter output, TextWriter errors, TimeSpan minimumInterval)
{
    private const string StandardInput = "-";

    private readonly ManifestRules _rules = new(minimumInterval);
    private readonly List<Given> _given = [];
    private int _checked;
    private int _findings;
    private int _advice;

    private sealed record Given(string File, ManifestDocument Document);

    /// <summary>What a manifest is checked against.</summary>
    private sealed record Others(StoreListManifests Lists, AccountManifests Accounts, RolloutManifests Rollouts);

    public int Run(IReadOnlyList<string> files)
    {
        var areUsable = true;
        foreach (var file in files)
        {
            areUsable &= TryRead(file);
        }
        var lists = new StoreListManifests([.. _given.Select(g => g.Document)]);
        var others = new Others(
            lists,
            new AccountManifests(_given.Select(g => g.Document), lists),
            new RolloutManifests([.. _given.Select(g => g.Document)], lists)
        );
        foreach (var given in _given)
        {
            Check(given, others);
        }
        if (areUsable && _checked == 0)
        {
            Say(errors, $"nothing was checked: the files contain no object of {ApiGroup.Name}; name other files");
        }
        else
        {
            Say(errors, $"{Count(_checked, "object")} checked, {Count(_findings, "finding")}{Advice()}");
        }
        return !areUsable ? ExitCodes.Unusable
            : _findings > 0 ? ExitCodes.Findings
            : ExitCodes.Fine;
    }

    private bool TryRead(string file)
    {
        try
        {
            using var opened = file is StandardInput ? null : File.OpenText(file);
            foreach (var document in ManifestDocument.ReadAll(opened ?? input))
            {
                _given.Add(new Given(file is StandardInput ? "stdin" : file, document));
            }
            return true;
        }
        catch (YamlException e)
        {
            Say(errors, $"{file}:{e.Start.Line}: cannot read this as YAML: {(e.InnerException ?? e).Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Say(errors, $"{file}: cannot read the file: {e.Message}");
        }
        return false;
    }

    private void Check(Given given, Others others)
    {
        var lists = others.Lists;
        var (file, document) = given;
        var who = $"document {document.Number} {document.Kind}/{document.Name}";
        var isOurs = ManifestRules.IsOurs(document);
        if (!isOurs && !lists.IsStoreList(document))
        {
            Say(errors, $"{file}:{document.LineOf("")}: {who}: skipped, not a kind of {ApiGroup.Name}");
            return;
        }
        _checked++;
        var findings = isOurs ? _rules.Check(document, lists, others.Rollouts) : lists.CheckLists(document);
        foreach (var finding in findings.Concat(others.Accounts.Check(document)))
        {
            // Advice fails no pipeline: the spec can be followed as it is.
            (_findings, _advice) = finding.IsAdvice ? (_findings, _advice + 1) : (_findings + 1, _advice);
            Say(
                output,
                $"{file}:{document.LineOf(finding.Path)}: {who}: {(finding.IsAdvice ? "advice: " : "")}{finding}"
            );
        }
    }

    private string Advice() => _advice > 0 ? $", {Count(_advice, "piece")} of advice" : "";

    private static string Count(int number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";

    private static void Say(TextWriter writer, string line) => writer.WriteLine(SafeText.Of(line));
}
