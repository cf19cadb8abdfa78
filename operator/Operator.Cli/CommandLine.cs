using System.CommandLine;
using System.Reflection;
using Operator.Cli.Linting;
using Operator.Cli.Stores;

namespace Operator.Cli;

/// <summary>The commands of <c>kubectl marketplace</c>. Exit code 0: no findings; 1: findings; 2: unusable input or arguments.</summary>
internal sealed class CommandLine(Terminal terminal)
{
    public async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken ct)
    {
        var root = new RootCommand("Inspects marketplace connectors and their rollouts.")
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
            Description = "YAML or JSON files, each with one or more documents; - is standard input.",
            Arity = ArgumentArity.OneOrMore,
        };
        var minimumInterval = new Option<string>("--minimum-interval")
        {
            Description = "The shortest @every interval that your operator allows.",
            DefaultValueFactory = _ => "30s",
        };
        var lint = new Command("lint", "Checks manifests with the operator's rules, without a cluster.")
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
