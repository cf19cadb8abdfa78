namespace Operator.Cli;

internal static class Program
{
    private static Task<int> Main(string[] args)
    {
        var terminal = new Terminal(
            Console.In,
            Console.Out,
            Console.Error,
            TimeProvider.System,
            !Console.IsOutputRedirected
        );
        // System.CommandLine handles Ctrl-C and cancels the command.
        return new CommandLine(terminal).RunAsync(args, CancellationToken.None);
    }
}
