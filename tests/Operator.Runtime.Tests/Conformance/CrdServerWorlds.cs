using System.Net;
using System.Text.Json;
using Operator.Testing;
using YamlDotNet.Serialization;

namespace Operator.Runtime.Tests.Conformance;

/// <summary>The CRD server with one of our CRDs. When its binary is missing, its tests are skipped with that reason.</summary>
internal sealed class CrdServerWorlds : IAsyncDisposable
{
    private readonly Lazy<Task<Connection>> _connection = new(ConnectAsync);

    private sealed record Connection(CrdServer Server, RealClient? Client);

    public async Task<ConformanceWorld> OpenAsync()
    {
        var (server, client) = await _connection.Value;
        Assert.SkipWhen(client is null, server.WhyNot);
        var api = client!.Api; // skipped without one
        var ns = $"conformance-{Guid.NewGuid():N}"[..22];
        return new ConformanceWorld
        {
            Backend = Backend.CrdServer,
            Api = api,
            Namespace = ns,
            Own = OwnKind.Rollouts,
            // The etcd of Debian 12 does not support progress requests.
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
            await connection.Server.DisposeAsync();
        }
    }

    /// <summary>Deletes the objects one by one: this server has no namespaces to delete. No token: a cancelled test cleans up too.</summary>
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
        var server = await CrdServer.StartAsync("runtime-tests");
        if (server.Endpoint is null)
        {
            return new Connection(server, null);
        }
        var probe = JsonElement.Parse(OwnKind.Rollouts.New("probe").ToJsonString());
        await server.InstallAsync(await DefinitionAsync(), probe, CancellationToken.None);
        return new Connection(server, new RealClient(server.Endpoint));
    }

    private static async Task<JsonElement> DefinitionAsync()
    {
        var yaml = await File.ReadAllTextAsync(Repository.PathOf("crds/syncrollouts.yaml"));
        var values = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build();
        return JsonElement.Parse(new SerializerBuilder().JsonCompatible().Build().Serialize(values.Deserialize(yaml)!));
    }
}
