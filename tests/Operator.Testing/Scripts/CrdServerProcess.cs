using Operator.Runtime;

namespace Operator.Testing;

/// <summary>
/// The server's process: the server at <c>CRD_SERVER_URL</c> if set, else one that <c>hack/crd-server.sh</c> starts.
/// </summary>
internal sealed class CrdServerProcess : IAsyncDisposable
{
    private const string Script = "hack/crd-server.sh";
    private const int MissingBinary = 77;
    private static readonly string[] Names = ["CRD_SERVER_URL", "CRD_SERVER_CA", "CRD_SERVER_CERT", "CRD_SERVER_KEY"];

    private readonly string? _name;

    private CrdServerProcess(string? ours, KubeEndpoint? endpoint, string whyNot) =>
        (_name, Endpoint, WhyNot) = (ours, endpoint, whyNot);

    /// <summary>Null when the server's binary is missing; see <see cref="WhyNot"/>.</summary>
    public KubeEndpoint? Endpoint { get; }

    public string WhyNot { get; }

    public static async Task<CrdServerProcess> StartAsync(string name)
    {
        if (Environment.GetEnvironmentVariable(Names[0]) is { Length: > 0 })
        {
            return new CrdServerProcess(null, Connect(Environment.GetEnvironmentVariable), "");
        }
        var up = await RunAsync("up", name);
        if (up.ExitCode == MissingBinary)
        {
            return new CrdServerProcess(null, null, $"{Script}: {up.Error.Trim()}");
        }
        up.OrThrow();
        var settings = (await RunAsync("env", name))
            .OrThrow()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        return new CrdServerProcess(name, Connect(settings.GetValueOrDefault), "");
    }

    public async ValueTask DisposeAsync()
    {
        if (_name is not null)
        {
            (await RunAsync("down", _name)).OrThrow();
        }
    }

    private static KubeEndpoint Connect(Func<string, string?> setting)
    {
        var values = Names.Select(n => setting(n) ?? throw new InvalidOperationException($"{n} is not set")).ToList();
        return new KubeEndpoint
        {
            Server = new Uri(values[0]),
            Authorities = TextSource.OfFile(values[1]),
            ClientCertificate = TextSource.OfFile(values[2]),
            ClientKey = TextSource.OfFile(values[3]),
        };
    }

    private static Task<ShellResult> RunAsync(string command, string name) =>
        Shell.RunAsync(Repository.PathOf(Script), [command, name], CancellationToken.None);
}
