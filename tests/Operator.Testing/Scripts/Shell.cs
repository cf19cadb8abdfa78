using System.Diagnostics;

namespace Operator.Testing;

/// <summary>The output and exit code of a program.</summary>
public sealed record ShellResult(string Command, int ExitCode, string Output, string Error)
{
    public string Everything => $"{Output}{Error}";

    public string OrThrow() =>
        ExitCode == 0
            ? Output
            : throw new InvalidOperationException($"'{Command}' ended with {ExitCode}:\n{Everything}");
}

/// <summary>Runs programs as a user would on a terminal: kubectl, helm, promtool, our own scripts.</summary>
public static class Shell
{
    public static async Task<ShellResult> RunAsync(
        string program,
        IReadOnlyList<string> arguments,
        CancellationToken ct,
        string? input = null,
        IReadOnlyDictionary<string, string>? environment = null
    )
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Repository.Root,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }
        using var process =
            Process.Start(start) ?? throw new InvalidOperationException($"'{program}' could not be started");
        var output = process.StandardOutput.ReadToEndAsync(ct);
        var error = process.StandardError.ReadToEndAsync(ct);
        await process.StandardInput.WriteAsync(input.AsMemory(), ct);
        process.StandardInput.Close();
        await process.WaitForExitAsync(ct);
        return new ShellResult($"{program} {string.Join(' ', arguments)}", process.ExitCode, await output, await error);
    }
}
