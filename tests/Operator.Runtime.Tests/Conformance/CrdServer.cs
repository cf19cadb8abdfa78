using System.Net;
using System.Text.Json.Nodes;
using YamlDotNet.Serialization;

namespace Operator.Runtime.Tests.Conformance;

/// <summary>
/// Kubernetes 1.36's CRD server with our CRDs in it: the one that <c>CRD_SERVER_URL</c> names, else one started by
/// <c>hack/crd-server.sh</c>, which says so where the binary is missing.
/// </summary>
internal sealed class CrdServer : IAsyncDisposable
{
    private const string Script = "hack/crd-server.sh";
    private const int MissingBinary = 77;
    private static readonly ResourceType Definitions = new("apiextensions.k8s.io", "v1", "customresourcedefinitions");
    private readonly Lazy<Task<Connection>> _connection = new(ConnectAsync);

    private sealed record Connection(RealClient? Client, string WhyNot, bool IsOurs);

    public async Task<ConformanceWorld> OpenAsync()
    {
        var (client, whyNot, _) = await _connection.Value;
        Assert.SkipWhen(client is null, whyNot);
        var api = client!.Api; // skipped without one
        var ns = $"conformance-{Guid.NewGuid():N}"[..22];
        return new ConformanceWorld
        {
            Backend = Backend.CrdServer,
            Api = api,
            Namespace = ns,
            Own = OwnKind.Rollouts,
            // Debian 12's etcd can't tell its progress.
            StreamingLists = [HttpStatusCode.InternalServerError],
            LimitPods = _ => throw new NotSupportedException("there are no pods here"),
            Pass = RealClient.PassAsync,
            Close = async () => await EmptyAsync(api, ns),
        };
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection.IsValueCreated)
        {
            var connection = await _connection.Value;
            connection.Client?.Dispose();
            if (connection.IsOurs)
            {
                await Scripts.RunAsync(Script, "down");
            }
        }
    }

    /// <summary>There are no namespaces here that could be deleted. Cleaning up must not depend on how the test ended.</summary>
    private static async Task EmptyAsync(KubeApi api, string ns)
    {
        var rest = await api.ListAsync(OwnKind.Rollouts.Type, ns, new ListOptions(), CancellationToken.None);
        foreach (var item in rest.Items.Select(i => new KubeObject(i)))
        {
            await api.DeleteAsync(OwnKind.Rollouts.Type, item.Key, uid: null, CancellationToken.None);
        }
    }

    private static async Task<Connection> ConnectAsync()
    {
        var isGiven = Environment.GetEnvironmentVariable("CRD_SERVER_URL") is { Length: > 0 };
        if (!isGiven)
        {
            var up = await Scripts.RunAsync(Script, "up");
            if (up.ExitCode == MissingBinary)
            {
                return new Connection(null, $"{Script}: {(up.Output + up.Errors).Trim()}", IsOurs: false);
            }
            Assert.True(up.ExitCode == 0, $"{Script} up failed: {up.Output}{up.Errors}");
        }
        var settings = isGiven ? FromEnvironment() : Parse((await Scripts.RunAsync(Script, "env")).Output);
        var client = new RealClient(
            new KubeEndpoint
            {
                Server = new Uri(settings["CRD_SERVER_URL"]),
                Authorities = TextSource.OfFile(settings["CRD_SERVER_CA"]),
                ClientCertificate = TextSource.OfFile(settings["CRD_SERVER_CERT"]),
                ClientKey = TextSource.OfFile(settings["CRD_SERVER_KEY"]),
            }
        );
        await DefineAsync(client.Api);
        return new Connection(client, "", IsOurs: !isGiven);
    }

    private static async Task DefineAsync(KubeApi api)
    {
        var yaml = await File.ReadAllTextAsync(Path.Combine(Scripts.Root, "crds", "syncrollouts.yaml"));
        var values = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build();
        var json = new SerializerBuilder().JsonCompatible().Build().Serialize(values.Deserialize(yaml)!);
        try
        {
            await api.CreateAsync(Definitions, "", JsonNode.Parse(json)!.AsObject().Bytes(), CancellationToken.None);
        }
        catch (KubeApiException e) when (e.IsAlreadyExists)
        {
            // The server was up before, with it.
        }
        await Scripts.UntilServedAsync(api, OwnKind.Rollouts);
    }

    private static Dictionary<string, string> FromEnvironment() =>
        new[] { "CRD_SERVER_URL", "CRD_SERVER_CA", "CRD_SERVER_CERT", "CRD_SERVER_KEY" }.ToDictionary(
            n => n,
            n => Environment.GetEnvironmentVariable(n) ?? ""
        );

    private static Dictionary<string, string> Parse(string lines) =>
        lines
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1]);
}
