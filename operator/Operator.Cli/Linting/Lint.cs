using Operator.Api;
using YamlDotNet.Core;

namespace Operator.Cli.Linting;

/// <summary>Checks files. Prints one line per finding on standard output, and all other messages on standard error.</summary>
internal sealed class Lint(TextReader input, TextWriter output, TextWriter errors, TimeSpan minimumInterval)
{
    private const string StandardInput = "-";

    private readonly ManifestRules _rules = new(minimumInterval);
    private int _checked;
    private int _findings;

    public int Run(IReadOnlyList<string> files)
    {
        var areUsable = true;
        foreach (var file in files)
        {
            areUsable &= TryFile(file);
        }
        if (areUsable && _checked == 0)
        {
            errors.WriteLine($"nothing was checked: the files contain no object of {ApiGroup.Name}; name other files");
        }
        else
        {
            errors.WriteLine($"{_checked} objects checked, {_findings} findings");
        }
        return !areUsable ? ExitCodes.Unusable
            : _findings > 0 ? ExitCodes.Findings
            : ExitCodes.Fine;
    }

    private bool TryFile(string file)
    {
        try
        {
            using var opened = file is StandardInput ? null : File.OpenText(file);
            foreach (var document in ManifestDocument.ReadAll(opened ?? input))
            {
                Check(file is StandardInput ? "stdin" : file, document);
            }
            return true;
        }
        catch (YamlException e)
        {
            errors.WriteLine($"{file}:{e.Start.Line}: cannot read this as YAML: {(e.InnerException ?? e).Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.WriteLine($"{file}: cannot read the file: {e.Message}");
        }
        return false;
    }

    private void Check(string file, ManifestDocument document)
    {
        var who = $"document {document.Number} {document.Kind}/{document.Name}";
        if (!ManifestRules.IsOurs(document))
        {
            errors.WriteLine($"{file}:{document.LineOf("")}: {who}: skipped, not a kind of {ApiGroup.Name}");
            return;
        }
        _checked++;
        foreach (var finding in _rules.Check(document))
        {
            _findings++;
            output.WriteLine($"{file}:{document.LineOf(finding.Path)}: {who}: {finding}");
        }
    }
}
