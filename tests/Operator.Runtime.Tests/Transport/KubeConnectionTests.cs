using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Operator.Testing;
using Prometheus;

namespace Operator.Runtime.Tests.Transport;

/// <summary>The connection over real TLS: which certificates it trusts, which identity it uses, and what happens when files change.</summary>
public sealed class KubeConnectionTests : IDisposable
{
    private static readonly ObjectKey Key = new("shop", "thing");
    private readonly TestAuthority _authority = new("cluster");
    private readonly string _folder = Directory.CreateTempSubdirectory("kube").FullName;

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_certificate_of_the_clusters_authority_for_the_right_host_is_accepted()
    {
        await using var server = await TlsServer.StartAsync(_authority.Issue("localhost"), Stop);

        await GetAsync(Endpoint(server));

        var arrival = Assert.Single(server.Arrivals);
        Assert.Equal(("/api/v1/namespaces/shop/configmaps/thing", "HTTP/2"), (arrival.Path, arrival.Protocol));
    }

    [Fact]
    public async Task A_server_with_an_IPv6_address_is_reached()
    {
        Assert.SkipUnless(IPv6.IsThere, IPv6.WhyNot);
        await using var server = await TlsServer.StartAsync(IPAddress.IPv6Loopback, _authority.Issue("::1"), Stop);

        await GetAsync(Endpoint(server) with { Server = server.Url });

        Assert.Single(server.Arrivals);
    }

    [Fact]
    public async Task A_certificate_for_another_host_is_refused()
    {
        await using var server = await TlsServer.StartAsync(_authority.Issue("attacker.example"), Stop);

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync(Endpoint(server)));

        Assert.Equal(HttpRequestError.SecureConnectionError, error.HttpRequestError);
        Assert.Empty(server.Arrivals);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_refused()
    {
        using var stranger = new TestAuthority("stranger");
        await using var server = await TlsServer.StartAsync(stranger.Issue("localhost"), Stop);

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync(Endpoint(server)));

        Assert.Equal(HttpRequestError.SecureConnectionError, error.HttpRequestError);
        Assert.Empty(server.Arrivals);
    }

    [Fact]
    public async Task The_tls_server_name_stands_in_for_the_host()
    {
        await using var server = await TlsServer.StartAsync(_authority.Issue("kubernetes.default"), Stop);

        await GetAsync(Endpoint(server) with { TlsServerName = "kubernetes.default" });

        Assert.Single(server.Arrivals);
    }

    [Fact]
    public async Task The_server_sees_our_certificate_token_and_user_agent()
    {
        await using var server = await TlsServer.StartAsync(_authority.Issue("localhost"), Stop);
        using var client = _authority.Issue("me");

        await GetAsync(
            Endpoint(server) with
            {
                ClientCertificate = new TextSource(client.ExportCertificatePem()),
                ClientKey = new TextSource(client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
                Token = new TextSource("secret"),
            }
        );

        var arrival = Assert.Single(server.Arrivals);
        Assert.Equal(
            ("me", "Bearer secret", "tests/1.0"),
            (arrival.ClientName, arrival.Authorization, arrival.UserAgent)
        );
    }

    [Fact]
    public async Task A_rotated_token_counts_from_the_next_request_on()
    {
        await using var server = await TlsServer.StartAsync(_authority.Issue("localhost"), Stop);
        using var http = KubeConnection.Connect(
            Endpoint(server) with
            {
                Token = TextSource.OfFile(Write("token", "first\n")),
            },
            "tests/1.0"
        );

        await GetAsync(http);
        Write("token", "second\n");
        await GetAsync(http);

        Assert.Equal(["Bearer first", "Bearer second"], server.Arrivals.Select(a => a.Authorization));
    }

    [Fact]
    public async Task A_request_whose_token_was_rotated_on_its_way_is_sent_once_more()
    {
        await using var server = await TlsServer.StartAsync(_authority.Issue("localhost"), Stop);
        var token = Write("token", "old");
        server.Answer = context =>
        {
            context.Response.StatusCode = context.Request.Headers.Authorization == "Bearer old" ? 401 : 201;
            Write("token", "new");
            return context.Response.WriteAsync("{}");
        };
        using var http = KubeConnection.Connect(
            Endpoint(server) with
            {
                Token = TextSource.OfFile(token),
            },
            "tests/1.0"
        );

        await Api(http).CreateAsync(CoreTypes.ConfigMaps, "shop", "{}"u8.ToArray(), Stop);

        Assert.Equal(
            [("POST", "Bearer old"), ("POST", "Bearer new")],
            server.Arrivals.Select(a => (a.Method, a.Authorization!))
        );
    }

    [Fact]
    public async Task A_token_that_stays_refused_is_not_tried_again()
    {
        await using var server = await TlsServer.StartAsync(_authority.Issue("localhost"), Stop);
        server.Answer = context =>
        {
            context.Response.StatusCode = 401;
            return context.Response.WriteAsync("{}");
        };

        var error = await Assert.ThrowsAsync<KubeApiException>(() =>
            GetAsync(Endpoint(server) with { Token = TextSource.OfFile(Write("token", "bad")) })
        );

        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, error.Status);
        Assert.Single(server.Arrivals);
    }

    [Fact]
    public async Task A_rotated_authority_is_trusted_without_a_restart_and_the_old_one_no_longer()
    {
        using var next = new TestAuthority("next");
        await using var server = await TlsServer.StartAsync(_authority.Issue("localhost"), Stop);
        using var http = KubeConnection.Connect(
            Endpoint(server) with
            {
                Authorities = TextSource.OfFile(Write("ca.crt", _authority.Pem)),
            },
            "tests/1.0"
        );
        await GetAsync(http);

        Write("ca.crt", next.Pem);
        await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync(http));
        server.Certificate = next.Issue("localhost");
        await GetAsync(http);

        Assert.Equal(2, server.Arrivals.Count);
    }

    [Fact]
    public async Task A_create_whose_connection_is_reset_arrives_once()
    {
        await using var server = await TlsServer.StartAsync(_authority.Issue("localhost"), Stop);
        using var http = KubeConnection.Connect(Endpoint(server), "tests/1.0");
        await GetAsync(http);
        server.Answer = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };

        await Assert.ThrowsAsync<HttpRequestException>(() =>
            Api(http).CreateAsync(CoreTypes.ConfigMaps, "shop", "{}"u8.ToArray(), Stop)
        );

        Assert.Single(server.Arrivals, a => a.Method == "POST");
    }

    [Fact]
    public async Task A_token_file_that_is_not_there_fails_the_request_and_names_itself()
    {
        await using var server = await TlsServer.StartAsync(_authority.Issue("localhost"), Stop);
        var path = Path.Combine(_folder, "absent");

        var error = await Assert.ThrowsAsync<HttpRequestException>(() =>
            GetAsync(Endpoint(server) with { Token = TextSource.OfFile(path) })
        );

        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Empty(server.Arrivals);
    }

    [Fact]
    public async Task A_kubeconfigs_files_are_used_and_read_again()
    {
        await using var server = await TlsServer.StartAsync(_authority.Issue("localhost"), Stop);
        using var client = _authority.Issue("admin");
        Write("ca.crt", _authority.Pem);
        Write("client.crt", client.ExportCertificatePem());
        Write("client.key", client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        var kubeconfig = Write("config", Kubeconfig(server.Url.Port, "certificate-authority: ca.crt"));

        using var http = KubeConnection.Connect(KubeConnection.FromFile(kubeconfig), "tests/1.0");
        await GetAsync(http);
        Write("ca.crt", new TestAuthority("other").Pem);

        await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync(http));
        Assert.Equal("admin", Assert.Single(server.Arrivals).ClientName);
    }

    [Fact]
    public void A_kubeconfig_that_skips_the_check_of_certificates_is_refused()
    {
        Write("client.crt", "");
        Write("client.key", "");
        var kubeconfig = Write("config", Kubeconfig(6443, "insecure-skip-tls-verify: true"));

        var error = Assert.Throws<NotSupportedException>(() => KubeConnection.FromFile(kubeconfig));

        Assert.Contains("insecure-skip-tls-verify", error.Message, StringComparison.Ordinal);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string Kubeconfig(int port, string trust) =>
        $$$"""
            apiVersion: v1
            kind: Config
            clusters: [{name: c, cluster: {server: "https://localhost:{{{port}}}", {{{trust}}} }}]
            users: [{name: u, user: {client-certificate: client.crt, client-key: client.key}}]
            contexts: [{name: x, context: {cluster: c, user: u}}]
            current-context: x
            """;

    private KubeEndpoint Endpoint(TlsServer server) =>
        new()
        {
            Server = new Uri($"https://localhost:{server.Url.Port}"),
            Authorities = new TextSource(_authority.Pem),
        };

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static async Task GetAsync(KubeEndpoint endpoint)
    {
        using var http = KubeConnection.Connect(endpoint, "tests/1.0");
        await GetAsync(http);
    }

    private static Task<KubeObject?> GetAsync(HttpClient http) => Api(http).GetAsync(CoreTypes.ConfigMaps, Key, Stop);

    private static KubeApi Api(HttpClient http) =>
        new(
            http,
            TimeProvider.System,
            new KubeApiMetrics(Metrics.WithCustomRegistry(Metrics.NewCustomRegistry())),
            new KubeApiOptions { CallTimeout = TimeSpan.FromMinutes(1), WriteTimeout = TimeSpan.FromMinutes(1) }
        );
}
