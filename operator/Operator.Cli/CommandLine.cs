using System.CommandLine;
using System.Reflection;
using Operator.Cli.Linting;

namespace Operator.Cli;

/// <summary>The commands of <c>kubectl marketplace</c>, on given streams. Exit code 0: fine; 1: findings; 2: unusable input or arguments.</summary>
internal sealed class CommandLine(TextReader input, TextWriter output, TextWriter errors)
{
    public int Run(IReadOnlyList<string> args)
    {
        var root = new RootCommand("Looks after marketplace connectors and their rollouts.") { Version(), Lint() };
        var parsed = root.Parse(args);
        var exitCode = parsed.Invoke(new InvocationConfiguration { Output = output, Error = errors });
        return parsed.Errors.Count > 0 ? ExitCodes.Unusable : exitCode;
    }

    private Command Version()
    {
        var version = new Command("version", "Prints the version of this program.");
        version.SetAction(_ => output.WriteLine(ProductVersion()));
        return version;
    }

    private Command Lint()
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "YAML or JSON manifests, several documents each; - is standard input.",
            Arity = ArgumentArity.OneOrMore,
        };
        var minimumInterval = new Option<string>("--minimum-interval")
        {
            Description = "The least @every that your operator is set to allow.",
            DefaultValueFactory = _ => "30s",
        };
        var lint = new Command("lint", "Checks manifests by the operator's own rules, without a cluster.")
        {
            files,
            minimumInterval,
        };
        lint.SetAction(parsed =>
        {
            var interval = new Api.Duration(parsed.GetValue(minimumInterval) ?? "");
            if (!interval.TryGet(out var least))
            {
                errors.WriteLine($"--minimum-interval: '{interval}' is no duration; write for example 30s");
                return ExitCodes.Unusable;
            }
            return new Lint(input, output, errors, least).Run(parsed.GetValue(files) ?? []);
        });
        return lint;
    }

    private static string ProductVersion() =>
        typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? "unknown";
}
