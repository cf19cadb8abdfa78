using System.Net;
using System.Text.Json.Nodes;
using Operator.Testing;
using YamlDotNet.Serialization;

namespace Operator.Runtime.Tests.Conformance;

/// <summary>
/// Kubernetes 1.36's CRD server with one of our CRDs in it. Where its binary is missing its tests are skipped and say so.
/// </summary>
internal sealed class CrdServer : IAsyncDisposable
{
    private static readonly ResourceType Definitions = new("apiextensions.k8s.io", "v1", "customresourcedefinitions");
    private readonly Lazy<Task<Connection>> _connection = new(ConnectAsync);

    private sealed record Connection(CrdServerProcess Process, RealClient? Client);

    public async Task<ConformanceWorld> OpenAsync()
    {
        var (process, client) = await _connection.Value;
        Assert.SkipWhen(client is null, process.WhyNot);
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
            await connection.Process.DisposeAsync();
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
        var process = await CrdServerProcess.StartAsync("runtime-tests");
        if (process.Endpoint is null)
        {
            return new Connection(process, null);
        }
        var client = new RealClient(process.Endpoint);
        await DefineAsync(client.Api);
        return new Connection(process, client);
    }

    private static async Task DefineAsync(KubeApi api)
    {
        var yaml = await File.ReadAllTextAsync(Repository.PathOf("crds/syncrollouts.yaml"));
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
        await OwnKind.Rollouts.UntilServedAsync(api);
    }
}
