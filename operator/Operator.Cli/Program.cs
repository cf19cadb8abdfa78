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
        // Ctrl-C ends the invocation by itself.
        return new CommandLine(terminal).RunAsync(args, CancellationToken.None);
    }
}
