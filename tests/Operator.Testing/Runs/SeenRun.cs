using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Operator.Testing;

/// <summary>One line of the example worker's log: the version, the store, and the result.</summary>
public sealed record WorkerLine(string Version, string Store, string Occasion, int Ok, int Failed);

/// <summary>One store in a report. <paramref name="Invalid"/> counts the failed items with error class <c>i</c>.</summary>
public sealed record ReportedStore(string Store, int Ok, int Failed, int Invalid);

/// <summary>The last seen state of a sync pod, which may be gone: its input, its run times and its worker's log.</summary>
public sealed record SeenRun
{
    public required string Pod { get; init; }
    public required string Uid { get; init; }
    public required string Connector { get; init; }
    public required string Flow { get; init; }
    public required string Occasion { get; init; }
    public required string Image { get; init; }
    public required string Revision { get; init; }
    public required bool IsCandidate { get; init; }

    /// <summary>The number of the candidate's attempt; 0 on the stable arm.</summary>
    public required int Attempt { get; init; }

    /// <summary>The stores in the pod's run.json.</summary>
    public required ImmutableArray<string> Stores { get; init; }

    /// <summary>The recorder's change number when it first saw the pod. It gives an order, which whole seconds cannot.</summary>
    public required long FirstSeen { get; init; }

    /// <summary>Start time by the kubelet's clock, in whole seconds; null: not started.</summary>
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The recorder's change number when it saw the container ended or the pod gone; null while the pod lives.</summary>
    public long? EndSeen { get; init; }

    /// <summary>The time of <see cref="EndSeen"/> by the recorder's clock, later than the end by the kubelet's delay.</summary>
    public DateTimeOffset? EndSeenAt { get; init; }

    /// <summary>Run time, at least zero: for a container that ends at once, a runtime may report a start after the end.</summary>
    public TimeSpan Ran => FinishedAt > StartedAt ? FinishedAt.Value - StartedAt.Value : TimeSpan.Zero;
    public bool IsGone { get; init; }
    public int? ExitCode { get; init; }

    /// <summary>
    /// The pod was already deleted when its end was seen, for example because its container did not start in time. The kubelet
    /// then removes the container and its log before it reports the end.
    /// </summary>
    public bool IsDeletedFirst { get; init; }
    public string? WaitingReason { get; init; }
    public string? Report { get; init; }

    /// <summary>Empty before the container's end, and when the pod is removed before its log is read.</summary>
    public ImmutableArray<WorkerLine> Log { get; init; } = [];

    /// <summary>The log is read, or it can no longer be read.</summary>
    public bool IsLogRead { get; init; }

    /// <summary>The log was removed before it could be read. An empty <see cref="Log"/> then proves nothing.</summary>
    public bool IsLogLost { get; init; }
    public required JsonElement Json { get; init; }

    /// <summary>The stores that the worker reached, from its report.</summary>
    public IEnumerable<ReportedStore> Reported =>
        JsonElement
            .Parse(Report ?? "{}")
            .Items("s")
            .Zip(Stores, (s, store) => (Store: store, Json: s))
            .Where(s => s.Json.ValueKind == JsonValueKind.Object)
            .Select(s => new ReportedStore(
                s.Store,
                s.Json.Count("ok"),
                s.Json.Count("failed"),
                s.Json.At("e")?.Count("i") ?? 0
            ));

    public bool HasStarted => StartedAt is not null || ExitCode is not null;
    public bool HasEnded => EndSeen is not null;
    public bool Succeeded => ExitCode == 0;

    /// <summary>The slot's time in Unix seconds; for a run outside the schedule, the time of the request.</summary>
    public required long Slot { get; init; }

    /// <summary>For each store that must redo work: the start of the time to redo. Other stores are not in the map.</summary>
    public required ImmutableSortedDictionary<string, DateTimeOffset> RedoFrom { get; init; }

    public static SeenRun Read(JsonElement pod, long change, DateTimeOffset at)
    {
        var run = JsonElement.Parse(pod.Text("metadata", "annotations", "marketplace-operator.io/run") ?? "{}");
        return new SeenRun
        {
            Pod = pod.Text("metadata", "name") ?? "",
            Uid = pod.Text("metadata", "uid") ?? "",
            Connector = run.Text("connector") ?? "",
            Flow = run.Text("flow") ?? "",
            Occasion = run.Text("occasion") ?? "",
            Revision = run.Text("revision") ?? "",
            IsCandidate = pod.Text("metadata", "labels", "marketplace-operator.io/arm") == "candidate",
            Attempt = int.Parse(
                pod.Text("metadata", "labels", "marketplace-operator.io/attempt") ?? "0",
                CultureInfo.InvariantCulture
            ),
            Image = Worker(pod, "spec", "containers").Text("image") ?? "",
            Stores = [.. run.Items("stores").Select(s => s.Text("name") ?? "")],
            Slot = run.Time("slot")?.ToUnixTimeSeconds() ?? 0,
            RedoFrom = run.Items("stores")
                .Where(s => s.Time("redoFrom") is not null)
                .ToImmutableSortedDictionary(s => s.Text("name") ?? "", s => s.Time("redoFrom")!.Value), // the where above drops null
            FirstSeen = change,
            Json = pod,
        }.Then(pod, change, at);
    }

    /// <summary>The run after another change of its pod.</summary>
    public SeenRun Then(JsonElement pod, long change, DateTimeOffset at)
    {
        var state = Worker(pod, "status", "containerStatuses").At("state") ?? default;
        var ended = state.At("terminated");
        // A kubelet before 1.24 calls a pod Failed while its container still runs.
        var isOver =
            ended is not null
            || (state.At("running") is null && pod.Text("status", "phase") is "Succeeded" or "Failed");
        return this with
        {
            Json = pod,
            StartedAt = ended?.Time("startedAt") ?? state.Time("running", "startedAt") ?? StartedAt,
            FinishedAt = ended?.Time("finishedAt") ?? FinishedAt,
            ExitCode = ended?.At("exitCode")?.GetInt32() ?? ExitCode,
            Report = ended?.Text("message") ?? Report,
            WaitingReason = state.Text("waiting", "reason"),
            EndSeen = isOver ? EndSeen ?? change : EndSeen,
            IsDeletedFirst = EndSeen is null
                ? isOver && pod.Text("metadata", "deletionTimestamp") is not null
                : IsDeletedFirst,
            EndSeenAt = isOver ? EndSeenAt ?? at : EndSeenAt,
        };
    }

    /// <summary>The worker's container or its status, among those of injected sidecars; undefined when there is none.</summary>
    private static JsonElement Worker(JsonElement pod, string section, string containers) =>
        pod.Items(section, containers).FirstOrDefault(c => c.Text("name") == "sync");

    /// <summary>The run after the removal of its pod.</summary>
    public SeenRun Gone(long change, DateTimeOffset at) =>
        this with
        {
            IsGone = true,
            EndSeen = EndSeen ?? change,
            EndSeenAt = EndSeenAt ?? at,
        };

    /// <summary>
    /// Whether the slot may run the store again: the worker logged nothing for the store, and its report has no good item of the
    /// store, ends before the store or says that there is more to do. Without a report, a worker that failed did no store. For one that
    /// succeeded only its log can tell; if there is none to read, the store may be run again.
    /// </summary>
    public bool Owes(string store)
    {
        var part = PartOf(store);
        return !Log.Any(l => l.Store == store)
            && part.ValueKind switch
            {
                JsonValueKind.Object => part.Count("ok") == 0 || part.Flag("more") == true,
                JsonValueKind.Null => true,
                _ => HasReport || !Succeeded || !IsLogRead,
            };
    }

    private bool HasReport => Parts().Any();

    /// <summary>The store's part of the report; undefined when the report ends before it, and without a readable report.</summary>
    private JsonElement PartOf(string store) => Parts().ElementAtOrDefault(Stores.IndexOf(store));

    private IEnumerable<JsonElement> Parts()
    {
        try
        {
            return JsonElement.Parse(Report ?? "{}").Items("s");
        }
        catch (JsonException)
        {
            return [];
        }
    }

    public override string ToString() =>
        $"{Occasion} {Image.Split(':')[^1]} {(IsCandidate ? "candidate" : "stable   ")} {Revision} {Pod} "
        + $"[{string.Join(' ', Stores)}] {(HasEnded ? "ended" : "live")}{(IsGone ? " gone" : "")}{(IsLogLost ? " log lost" : "")} {Ran.TotalSeconds} s exit {ExitCode} {WaitingReason} {Report}";
}
