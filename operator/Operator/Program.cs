using Operator.Hosting;

namespace Operator;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.AddOperator(args);
        await using var app = builder.Build();
        app.MapOperator();
        await app.RunAsync();
        return Environment.ExitCode;
    }
}
