using System.Diagnostics;

namespace Operator.Runtime.Tests.Conformance;

/// <summary>The scripts of <c>hack/</c>, and what they keep.</summary>
internal static class Scripts
{
    public static string Root { get; } = FindRoot();

    public static string Cache =>
        Path.Combine(
            Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } told
                ? told
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
            "marketplace-operator"
        );

    public static async Task<ScriptRun> RunAsync(string script, string command)
    {
        using var process = Process.Start(
            new ProcessStartInfo(Path.Combine(Root, script), command)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!; // started, as no shell is in between
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new ScriptRun(process.ExitCode, await output, await errors);
    }

    /// <summary>A server takes a moment to serve a new kind, and tells nobody when it does.</summary>
    public static async Task UntilServedAsync(IKubeApi api, OwnKind kind)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            try
            {
                await api.ListAsync(kind.Type, "default", new ListOptions(), limit.Token);
                return;
            }
            catch (KubeApiException)
            {
                await timer.WaitForNextTickAsync(limit.Token);
            }
        }
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Operator.sln")))
        {
            folder = folder.Parent;
        }
        return folder?.FullName ?? throw new InvalidOperationException("the tests do not run inside the repository");
    }
}

internal sealed record ScriptRun(int ExitCode, string Output, string Errors);
