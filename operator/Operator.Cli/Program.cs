namespace Operator.Cli;

internal static class Program
{
    private static int Main(string[] args) => new CommandLine(Console.In, Console.Out, Console.Error).Run(args);
}
