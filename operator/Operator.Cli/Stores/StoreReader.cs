using System.Collections.Immutable;
using k8s.Exceptions;
using Operator.Api;
using Operator.Planning.Explaining;
using Operator.Runtime;
using Prometheus;

namespace Operator.Cli.Stores;

/// <summary>Reads the connector and record of a store from the cluster and prints the answer, which Planning computes.</summary>
internal sealed class StoreReader(Terminal terminal)
{
    private const int NamesShown = 5;

    public async Task<int> RunAsync(StoreArguments arguments, CancellationToken ct)
    {
        try
        {
            var answer = await AnswerAsync(arguments, ct);
            if (arguments.IsJson)
            {
                AnswerJson.Write(answer, terminal.Output);
            }
            else
            {
                new AnswerText(terminal).Write(answer);
            }
            return answer.HasFindings ? ExitCodes.Findings : ExitCodes.Fine;
        }
        catch (UnanswerableException e)
        {
            terminal.Errors.WriteLine(SafeText.Of(e.Message));
        }
        catch (KubeApiException e)
        {
            terminal.Errors.WriteLine(SafeText.Of($"the API server refused the request: {e.Message}"));
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException)
        {
            terminal.Errors.WriteLine(SafeText.Of($"cannot reach the API server: {e.Message}"));
        }
        catch (Exception e) when (e is KubeConfigException or NotSupportedException or IOException)
        {
            terminal.Errors.WriteLine(SafeText.Of($"cannot use the kubeconfig: {e.Message}"));
        }
        return ExitCodes.Unusable;
    }

    private async Task<StoreAnswer> AnswerAsync(StoreArguments arguments, CancellationToken ct)
    {
        var endpoint = arguments.Kubeconfig is { } file
            ? KubeEndpoint.FromFile(file, arguments.Context)
            : KubeEndpoint.Discover(arguments.Context);
        var ns = arguments.Namespace ?? endpoint.Namespace ?? "default";
        using var http = KubeConnection.Connect(endpoint, "kubectl-marketplace");
        var metrics = new KubeApiMetrics(Metrics.WithCustomRegistry(Metrics.NewCustomRegistry()));
        var api = new KubeApi(http, terminal.Time, metrics, new KubeApiOptions());
        var found = await ConnectorOfAsync(new ConnectorReader(api, terminal.Time), arguments, ns, ct);
        CheckFlow(found.Connector, arguments.Flow);
        // Uses the server's clock, if known, because it is independent of this machine's clock.
        var now = terminal.Time.GetUtcNow();
        return Explanations.Answer(Question(arguments, found, api.Clock?.At(now) ?? now));
    }

    private StoreQuestion Question(StoreArguments arguments, ReadConnector found, DateTimeOffset now)
    {
        var zone = terminal.Time.LocalTimeZone;
        var since = Instant("--since", arguments.Since, text => TimeArgument.Before(text, now, zone));
        var until = Instant(
            "--until",
            arguments.Until,
            text => TimeArgument.After(text, since ?? now.AddDays(-1), now, zone)
        );
        return until < since
            ? throw new UnanswerableException("--until is before --since; swap them")
            : new StoreQuestion
            {
                Connector = found.Connector,
                Record = found.Record,
                Store = arguments.Store,
                Flow = arguments.Flow,
                Since = since,
                Until = until,
                Now = now,
                Zone = zone,
            };
    }

    private static DateTimeOffset? Instant(string option, string? text, Func<string, DateTimeOffset?> read) =>
        text is null
            ? null
            : read(text)
                ?? throw new UnanswerableException(
                    $"{option}: '{text}' is no instant; write 14:00, 2026-11-24T14:00:00Z or 2h"
                );

    /// <summary>The one connector that has the store, or had it recently.</summary>
    private static async Task<ReadConnector> ConnectorOfAsync(
        ConnectorReader reader,
        StoreArguments arguments,
        string ns,
        CancellationToken ct
    )
    {
        var all = await reader.ReadAsync(ns, arguments.Connector, ct);
        if (all.IsEmpty)
        {
            throw new UnanswerableException(
                arguments.Connector is { } connector
                    ? $"there is no MarketplaceConnector '{connector}' in namespace '{ns}'; correct --connector, or set its namespace with -n"
                    : $"there is no MarketplaceConnector in namespace '{ns}'; set another namespace with -n"
            );
        }
        var having = all.Where(c => c.Stores.Contains(arguments.Store, StringComparer.Ordinal)).ToList();
        return having.Count switch
        {
            1 => having[0],
            0 => throw new UnanswerableException(NotThere(arguments.Store, ns, all)),
            _ => throw new UnanswerableException(
                $"store '{arguments.Store}' is in {having.Count} connectors: {string.Join(", ", having.Select(c => c.Connector.Metadata.Name))}; choose one with --connector"
            ),
        };
    }

    private static string NotThere(string store, string ns, ImmutableArray<ReadConnector> all)
    {
        var names = all.SelectMany(c => c.Stores).Distinct(StringComparer.Ordinal).ToList();
        var near = NearMiss.All(store, names, NamesShown);
        var looked =
            $"there is no store '{store}' among the {names.Count} stores of {string.Join(", ", all.Select(c => c.Connector.Metadata.Name).Take(NamesShown))} in namespace '{ns}'";
        return near.Count > 0
            ? $"{looked}; did you mean {string.Join(", ", near)}?"
            : $"{looked}; set another namespace with -n";
    }

    private static void CheckFlow(MarketplaceConnector connector, string? flow)
    {
        var flows = connector.Spec.Flows.Select(f => f.Name).ToList();
        if (flow is not null && !flows.Contains(flow, StringComparer.Ordinal))
        {
            throw new UnanswerableException(
                $"connector '{connector.Metadata.Name}' has no flow '{flow}'; it has {string.Join(", ", flows)}"
            );
        }
    }
}
