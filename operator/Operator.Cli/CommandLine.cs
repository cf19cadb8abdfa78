using System.CommandLine;
using System.Reflection;
using Operator.Cli.Linting;
using Operator.Cli.Stores;

namespace Operator.Cli;

/// <summary>The commands of <c>kubectl marketplace</c>, on given streams. Exit code 0: fine; 1: findings; 2: unusable input or arguments.</summary>
internal sealed class CommandLine(Terminal terminal)
{
    public async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken ct)
    {
        var root = new RootCommand("Looks after marketplace connectors and their rollouts.")
        {
            Version(),
            Lint(),
            StoreCommand.Of(terminal),
        };
        var parsed = root.Parse(args);
        var invocation = new InvocationConfiguration { Output = terminal.Output, Error = terminal.Errors };
        var exitCode = await parsed.InvokeAsync(invocation, ct);
        return parsed.Errors.Count > 0 ? ExitCodes.Unusable : exitCode;
    }

    private Command Version()
    {
        var version = new Command("version", "Prints the version of this program.");
        version.SetAction(_ => terminal.Output.WriteLine(ProductVersion()));
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
                terminal.Errors.WriteLine($"--minimum-interval: '{interval}' is no duration; write for example 30s");
                return ExitCodes.Unusable;
            }
            return new Lint(terminal.Input, terminal.Output, terminal.Errors, least).Run(parsed.GetValue(files) ?? []);
        });
        return lint;
    }

    private static string ProductVersion() =>
        typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? "unknown";
}
