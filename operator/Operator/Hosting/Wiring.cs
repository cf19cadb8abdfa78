using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Operator.Acting;
using Operator.Gathering;
using Operator.Planning.Record.Encoding;
using Operator.Runtime;
using Operator.Telling;
using Prometheus;

namespace Operator.Hosting;

/// <summary>Registers all services; the only file that references every part of the program.</summary>
internal static class Wiring
{
    private const string ControllerName = "marketplaceconnector";

    /// <summary>Service key of the gateway that writes without leadership; only the lease uses it.</summary>
    internal const string Unfenced = "unfenced";

    /// <summary>Service key of a connection of its own, and of the gateway over it; only the release of the lease uses it.</summary>
    internal const string Release = "release";

    /// <summary>A little longer than <see cref="LeaderLeaseOptions.LongestStop"/>, so that the lease is released before the host gives up.</summary>
    internal static TimeSpan ShutdownTimeout { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Options of the record store.</summary>
    internal static RecordStoreOptions Records { get; } =
        new()
        {
            Domain = Api.ApiGroup.Name,
            Type = Kinds.Records,
            Kind = Api.ApiGroup.RecordKind,
            SubjectField = "connector",
            Prefix = RecordParts.ObjectPrefix,
            OutlivesHead = RecordParts.OutlivesHead,
        };

    /// <summary>Command-line flags and their configuration keys.</summary>
    private static readonly ImmutableDictionary<string, string> Flags = new Dictionary<string, string>(
        StringComparer.Ordinal
    )
    {
        ["--http-port"] = nameof(OperatorOptions.HttpPort),
        ["--watch-namespace"] = nameof(OperatorOptions.WatchNamespace),
        ["--lease-namespace"] = nameof(OperatorOptions.LeaseNamespace),
        ["--lease-name"] = nameof(OperatorOptions.LeaseName),
        ["--instance-id"] = nameof(OperatorOptions.InstanceId),
        ["--take-over"] = nameof(OperatorOptions.TakeOver),
        ["--identity"] = nameof(OperatorOptions.Identity),
        ["--minimum-interval"] = nameof(OperatorOptions.MinimumInterval),
        ["--workers"] = nameof(OperatorOptions.Workers),
        ["--finished-pods-cap"] = nameof(OperatorOptions.FinishedPodsCap),
        ["--log-level"] = "Logging:LogLevel:Default",
    }.ToImmutableDictionary(StringComparer.Ordinal);

    public static string Version { get; } =
        typeof(Wiring)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion.Split('+')[0]
        ?? "0.0.0";

    public static void AddOperator(this WebApplicationBuilder builder, string[] args)
    {
        builder.Configuration.AddEnvironmentVariables("OPERATOR_");
        builder.Configuration.AddInMemoryCollection(ReadFlags(args));
        var options = ReadOptions(builder.Configuration);
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, options.HttpPort));
        builder.Logging.ClearProviders().AddJsonConsole(json => json.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'");
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        builder.Services.AddOperation(options, TimeProvider.System, Randomness.OfTheSystem());
        builder.Services.AddSingleton<Health>().AddHostedService<OperatorService>();
    }

    /// <summary>Listens on all addresses, IPv4 and IPv6: in an IPv6-only cluster probes and Prometheus use the latter.</summary>
    internal static void Listen(KestrelServerOptions kestrel, int port) => kestrel.ListenAnyIP(port);

    /// <summary>Registers the services that production and simulation share.</summary>
    public static void AddOperation(
        this IServiceCollection services,
        OperatorOptions options,
        TimeProvider time,
        Randomness random
    )
    {
        services.AddSingleton(options).AddSingleton(time).AddSingleton(random);
        AddRuntime(services);
        AddReconciler(services);
        services.AddSingleton<Operation>();
    }

    public static void MapOperator(this WebApplication app)
    {
        app.Services.GetRequiredService<CollectorRegistry>()
            .AddBeforeCollectCallback(app.Services.GetRequiredService<ClusterCache>().RefreshMetrics);
        app.Services.GetRequiredService<LeaderMetrics>();
        app.MapMetrics(registry: app.Services.GetRequiredService<CollectorRegistry>());
        app.MapGet("/livez", (Health health) => Answer(health.Live()));
        app.MapGet("/readyz", (Health health) => Answer(health.Ready()));
    }

    private static IResult Answer(string? problem) =>
        problem is null
            ? Results.Text("ok")
            : Results.Text(problem, statusCode: StatusCodes.Status503ServiceUnavailable);

    private static void AddRuntime(IServiceCollection services)
    {
        services.AddSingleton(Metrics.NewCustomRegistry());
        services.AddSingleton<IMetricFactory>(s =>
            Metrics.WithCustomRegistry(s.GetRequiredService<CollectorRegistry>())
        );
        services.AddSingleton<KubeApiMetrics>().AddSingleton<InformerMetrics>().AddSingleton<Strides>();
        services.AddSingleton(_ => Connect()).AddKeyedSingleton(Release, (_, _) => Connect());
        services.AddSingleton(s =>
            LeaseOptions(s.GetRequiredService<OperatorOptions>(), s.GetRequiredService<Randomness>())
        );
        services.AddSingleton(s => new KubeApiOptions
        {
            WriteTimeout = s.GetRequiredService<LeaderLeaseOptions>().LongestWrite,
        });
        // Only the lease is written without leadership.
        services.AddKeyedSingleton<IKubeApi, KubeApi>(Unfenced);
        services.AddKeyedSingleton<IKubeApi>(
            Release,
            (s, key) =>
                new KubeApi(
                    s.GetRequiredKeyedService<HttpClient>(key),
                    s.GetRequiredService<TimeProvider>(),
                    s.GetRequiredService<KubeApiMetrics>(),
                    s.GetRequiredService<KubeApiOptions>()
                )
        );
        services.AddSingleton<IKubeApi>(s => new FencedKubeApi(
            s.GetRequiredKeyedService<IKubeApi>(Unfenced),
            s.GetRequiredService<LeaderLease>(),
            s.GetRequiredService<Strides>()
        ));
        services.AddSingleton(s => new InformerServices(
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILoggerFactory>().CreateLogger("Operator.ListWatch"),
            s.GetRequiredService<InformerMetrics>(),
            s.GetRequiredService<Randomness>().Fraction
        ));
        services.AddSingleton(s => new QueueMetrics(s.GetRequiredService<IMetricFactory>(), ControllerName));
        services.AddSingleton(s =>
        {
            var (time, metrics) = (s.GetRequiredService<TimeProvider>(), s.GetRequiredService<QueueMetrics>());
            var queue = new KeyedQueue(time, metrics, s.GetRequiredService<Randomness>().Fraction);
            s.GetRequiredService<CollectorRegistry>().AddBeforeCollectCallback(queue.RefreshMetrics);
            return queue;
        });
        services.AddSingleton(s => new RecordStore(
            s.GetRequiredService<IKubeApi>(),
            RecordsOf(s.GetRequiredService<OperatorOptions>(), s.GetRequiredService<TimeProvider>()),
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<Randomness>().Id
        ));
        services.AddSingleton(s => new RecordSweeping(
            s.GetRequiredService<RecordStore>(),
            Kinds.Connectors,
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILoggerFactory>().CreateLogger("Operator.Records")
        ));
        services.AddSingleton(s => new LeaderLease(
            new LeaseConnections(
                s.GetRequiredKeyedService<IKubeApi>(Unfenced),
                s.GetRequiredKeyedService<IKubeApi>(Release)
            ),
            s.GetRequiredService<LeaderLeaseOptions>(),
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<IMetricFactory>(),
            s.GetRequiredService<ILoggerFactory>().CreateLogger("Operator.Lease")
        ));
    }

    private static RecordStoreOptions RecordsOf(OperatorOptions options, TimeProvider time) =>
        Records with
        {
            IsOthers = claim => Circumstances.IsOthers(options, claim, time.GetUtcNow()),
        };

    private static HttpClient Connect() =>
        KubeConnection.Connect(KubeConnection.Discover(), $"marketplace-operator/{Version}");

    private static void AddReconciler(IServiceCollection services)
    {
        services.AddSingleton<ClusterCache>().AddSingleton<SpecChecks>().AddSingleton<RecordGatherer>();
        services.AddSingleton<PlanningStart>().AddSingleton<Circumstances>();
        services.AddSingleton<LiveReads>().AddSingleton<ManyReads>().AddSingleton<Freshness>();
        services.AddSingleton<RolloutGatherer>().AddSingleton<PodConfirmation>();
        services.AddSingleton<Gatherer>().AddSingleton<Decider>().AddSingleton<PassOutcomes>();
        services.AddSingleton<CreateRefusals>().AddSingleton<FailedWrites>().AddSingleton<ClusterActor>();
        services
            .AddSingleton<NumbersPace>()
            .AddSingleton<OwnStatuses>()
            .AddSingleton<DecodedRecords>()
            .AddSingleton<StatusWriter>()
            .AddSingleton<ActionStatuses>()
            .AddSingleton<OperatorMetrics>()
            .AddSingleton<LeaderMetrics>()
            .AddSingleton<RunLog>()
            .AddSingleton<StandBackTeller>()
            .AddSingleton<Teller>();
        services.AddSingleton(s => new EventRecorder(
            s.GetRequiredService<IKubeApi>(),
            $"{Api.ApiGroup.Name}/operator",
            s.GetRequiredService<OperatorOptions>().Identity,
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<IMetricFactory>(),
            s.GetRequiredService<ILoggerFactory>().CreateLogger("Operator.Events")
        ));
        services.AddSingleton<ConnectorReconciler>();
        services.AddSingleton(s => new ControllerMetrics(s.GetRequiredService<IMetricFactory>(), ControllerName));
        services.AddSingleton(s => new ControllerLoop(
            s.GetRequiredService<KeyedQueue>(),
            s.GetRequiredService<ConnectorReconciler>().ReconcileAsync,
            s.GetRequiredService<ControllerMetrics>(),
            s.GetRequiredService<Strides>(),
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILoggerFactory>().CreateLogger("Operator.Controller")
        ));
    }

    /// <summary>Adds a random id, so that identities differ even on hosts with the same name.</summary>
    private static LeaderLeaseOptions LeaseOptions(OperatorOptions options, Randomness chance) =>
        new()
        {
            Key = new ObjectKey(options.LeaseNamespace, options.LeaseName),
            Identity = $"{options.Identity}_{chance.Id()}",
        };

    /// <summary>Reads <c>--name=value</c>; throws for an unknown flag.</summary>
    private static IEnumerable<KeyValuePair<string, string?>> ReadFlags(string[] args)
    {
        foreach (var arg in args)
        {
            var parts = arg.Split('=', 2);
            if (parts.Length != 2 || !Flags.TryGetValue(parts[0], out var option))
            {
                throw new InvalidOperationException(
                    $"unknown argument '{arg}'; the flags are {string.Join(", ", Flags.Keys.Order(StringComparer.Ordinal))}, each with =value"
                );
            }
            yield return KeyValuePair.Create(option, (string?)parts[1]);
        }
    }

    private static OperatorOptions ReadOptions(ConfigurationManager configuration)
    {
        var defaults = new OperatorOptions();
        var options = new OperatorOptions
        {
            HttpPort = Number(configuration, nameof(OperatorOptions.HttpPort), defaults.HttpPort),
            WatchNamespace = configuration[nameof(OperatorOptions.WatchNamespace)] ?? defaults.WatchNamespace,
            LeaseNamespace = configuration[nameof(OperatorOptions.LeaseNamespace)] ?? defaults.LeaseNamespace,
            LeaseName = configuration[nameof(OperatorOptions.LeaseName)] ?? defaults.LeaseName,
            Identity = configuration[nameof(OperatorOptions.Identity)] ?? defaults.Identity,
            InstanceId = configuration[nameof(OperatorOptions.InstanceId)] ?? defaults.InstanceId,
            TakeOver = configuration[nameof(OperatorOptions.TakeOver)] ?? defaults.TakeOver,
            MinimumInterval = Interval(
                configuration,
                nameof(OperatorOptions.MinimumInterval),
                defaults.MinimumInterval
            ),
            Workers = Number(configuration, nameof(OperatorOptions.Workers), defaults.Workers),
            FinishedPodsCap = Number(configuration, nameof(OperatorOptions.FinishedPodsCap), defaults.FinishedPodsCap),
        };
        var result = new OperatorOptionsValidator().Validate(null, options);
        return result.Failed
            ? throw new OptionsValidationException("operator", typeof(OperatorOptions), result.Failures)
            : options;
    }

    private static int Number(ConfigurationManager configuration, string name, int fallback) =>
        configuration[name] is not { } text ? fallback
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new InvalidOperationException($"option {name}: '{text}' is not a whole number; write digits only");

    private static TimeSpan Interval(ConfigurationManager configuration, string name, TimeSpan fallback) =>
        configuration[name] is not { } text ? fallback
        : new Api.Duration(text).TryGet(out var value) && value >= TimeSpan.FromSeconds(1) ? value
        : throw new InvalidOperationException(
            $"option {name}: '{text}' is not a duration of at least 1s; write for example 30s"
        );
}

[OptionsValidator]
internal sealed partial class OperatorOptionsValidator : IValidateOptions<OperatorOptions>;
