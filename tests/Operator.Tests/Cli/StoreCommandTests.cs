using System.Text.Json;
using Operator.Cli;
using Operator.Testing;
using Operator.Tests.Simulation;

namespace Operator.Tests.Cli;

/// <summary>The command as a user runs it: with a kubeconfig, an API server behind HTTP, and a record that a real operator wrote.</summary>
public sealed class StoreCommandTests : IAsyncLifetime
{
    private readonly ServedFleet _fleet = new();
    private readonly string _kubeconfig = Path.Combine(Path.GetTempPath(), $"kubeconfig-{Guid.NewGuid():n}");
    private FakeApiServer? _server;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _fleet.RunFor(TimeSpan.FromSeconds(52));
        _server = await FakeApiServer.StartAsync(_fleet.Cluster, _fleet.Time, Ct);
        await File.WriteAllTextAsync(
            _kubeconfig,
            $$$"""
            apiVersion: v1
            kind: Config
            current-context: elsewhere
            clusters: [{name: fake, cluster: {server: "{{{_server.Url}}}"}}, {name: none, cluster: {server: "http://127.0.0.1:1"}}]
            users: [{name: me, user: {token: t}}]
            contexts:
            - {name: fleet, context: {cluster: fake, user: me, namespace: {{{FleetObjects.Namespace}}}}}
            - {name: elsewhere, context: {cluster: none, user: me}}
            """,
            Ct
        );
    }

    public async ValueTask DisposeAsync()
    {
        File.Delete(_kubeconfig);
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
        _fleet.Dispose();
    }

    [Fact]
    public async Task A_store_that_is_synced_exits_with_0_and_says_so()
    {
        var run = await StoreAsync("s01");

        Assert.Equal("", run.Errors);
        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith(
            "Store s01 of connector shop/fleet\n\nFlow orders: synced on 5 of 5 due times",
            run.Output,
            StringComparison.Ordinal
        );
        Assert.Contains("Synced   all of its items went well\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("- next due at 2026-11-24 12:01:00 +00:00\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_is_locked_out_says_since_when_until_when_and_what_to_do()
    {
        var run = await StoreAsync("s02");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("- its runs pause until 2026-11-24 12:05:", run.Output, StringComparison.Ordinal);
        Assert.Contains("STALE", run.Output, StringComparison.Ordinal);
        Assert.Contains(
            "2026-11-24 12:00:10              1          AuthFailed    it could not authenticate; check",
            run.Output,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "2026-11-24 12:00:20 to 12:00:50  4          MissedByAuth  its runs paused",
            run.Output,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task On_a_terminal_it_is_a_table_with_the_same_words()
    {
        var run = await RunAsync(isInteractive: true, OnFleet("s02"));

        Assert.Equal(1, run.ExitCode);
        Assert.Matches("│ WHEN +│ DUE TIMES +│ OUTCOME +│ WHY +│", run.Output);
        Assert.Contains("│ AuthFailed ", run.Output, StringComparison.Ordinal);
        Assert.Contains("│ MissedByAuth ", run.Output, StringComparison.Ordinal);
        Assert.Contains("- its runs pause until 2026-11-24 12:05:", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_range_and_json_tell_just_what_was_asked()
    {
        var run = await StoreAsync("s03", "--since", "12:00:20", "--until", "12:00:30", "-o", "json");

        var flow = JsonDocument.Parse(run.Output).RootElement.GetProperty("flows")[0];
        Assert.Equal(
            [("2026-11-24T12:00:20+00:00", "Suspended"), ("2026-11-24T12:00:30+00:00", "Suspended")],
            flow.GetProperty("slots")
                .EnumerateArray()
                .Select(s => (s.GetProperty("slot").GetString(), s.GetProperty("outcome").GetString()))
        );
        Assert.Equal(1, run.ExitCode);
    }

    [Fact]
    public async Task What_does_not_exist_is_said_with_what_does()
    {
        var store = await StoreAsync("s0");
        var flow = await StoreAsync("s01", "--flow", "prices");
        var connector = await StoreAsync("s01", "--connector", "flet");
        var context = await RunAsync("store", "s01", "--kubeconfig", _kubeconfig, "--context", "nowhere");

        Assert.Equal(
            "there is no store 's0' among the 3 stores of fleet in namespace 'shop'; did you mean s01, s02, s03?\n",
            store.Errors
        );
        Assert.Equal("connector 'fleet' has no flow 'prices'; it has orders\n", flow.Errors);
        Assert.StartsWith(
            "there is no MarketplaceConnector 'flet' in namespace 'shop'",
            connector.Errors,
            StringComparison.Ordinal
        );
        Assert.StartsWith("cannot use the kubeconfig: ", context.Errors, StringComparison.Ordinal);
        Assert.All([store, flow, connector, context], run => Assert.Equal((2, ""), (run.ExitCode, run.Output)));
    }

    [Fact]
    public async Task Of_several_connectors_with_that_store_one_is_to_be_chosen()
    {
        _fleet.Create("other");

        var undecided = await StoreAsync("s01");
        var chosen = await StoreAsync("s01", "--connector", "other");

        Assert.Equal(
            (2, "store 's01' is in 2 connectors: fleet, other; choose one with --connector\n"),
            (undecided.ExitCode, undecided.Errors)
        );
        Assert.Contains("the operator has no record of this connector", chosen.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_and_times_that_are_none_are_said()
    {
        var away = await RunAsync("store", "s01", "--kubeconfig", _kubeconfig);
        var since = await StoreAsync("s01", "--since", "yesterday");

        Assert.StartsWith("cannot reach the API server: ", away.Errors, StringComparison.Ordinal);
        Assert.Equal("--since: 'yesterday' is no instant; write 14:00, 2026-11-24T14:00:00Z or 2h\n", since.Errors);
        Assert.All([away, since], run => Assert.Equal(2, run.ExitCode));
    }

    private Task<CliRun> StoreAsync(params string[] arguments) => RunAsync(OnFleet(arguments));

    private string[] OnFleet(params string[] arguments) =>
        ["store", .. arguments, "--kubeconfig", _kubeconfig, "--context", "fleet"];

    private static Task<CliRun> RunAsync(params string[] arguments) => RunAsync(isInteractive: false, arguments);

    private static async Task<CliRun> RunAsync(bool isInteractive, string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var errors = new StringWriter { NewLine = "\n" };
        var terminal = new Terminal(TextReader.Null, output, errors, TimeProvider.System, isInteractive);
        var exitCode = await new CommandLine(terminal).RunAsync(arguments, Ct);
        return new CliRun(exitCode, output.ToString(), errors.ToString());
    }

    private sealed record CliRun(int ExitCode, string Output, string Errors);
}
