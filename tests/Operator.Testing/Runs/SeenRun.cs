using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Operator.Testing;

/// <summary>One line of the example worker's log: it worked on this store, in this version, with this result.</summary>
public sealed record WorkerLine(string Version, string Store, string Occasion, int Ok, int Failed);

/// <summary>What a report says of one store; <paramref name="Invalid"/> of the failed ones could not be read.</summary>
public sealed record ReportedStore(string Store, int Ok, int Failed, int Invalid);

/// <summary>A sync pod as it was last seen, also when it is gone: what it was given, when it ran, and what its worker logged.</summary>
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

    /// <summary>The attempt whose candidate it ran; 0 on the stable arm.</summary>
    public required int Attempt { get; init; }

    /// <summary>The stores that its run.json names.</summary>
    public required ImmutableArray<string> Stores { get; init; }

    /// <summary>Counts the changes that the recorder saw: an order that whole seconds can't give.</summary>
    public required long FirstSeen { get; init; }

    /// <summary>By the kubelet's clock, in whole seconds.</summary>
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The change at which its container had ended, or the pod was gone; null while it lives.</summary>
    public long? EndSeen { get; init; }

    /// <summary>When that was, by the recorder's clock: later than its end by what the kubelet took to tell.</summary>
    public DateTimeOffset? EndSeenAt { get; init; }

    /// <summary>Never below zero: a runtime may tell the start of a container that ended at once after its end.</summary>
    public TimeSpan Ran => FinishedAt > StartedAt ? FinishedAt.Value - StartedAt.Value : TimeSpan.Zero;
    public bool IsGone { get; init; }
    public int? ExitCode { get; init; }

    /// <summary>
    /// It was being deleted when it ended, as one is whose container did not start in time: then the kubelet removes the
    /// container, and its log with it, before it tells of the end.
    /// </summary>
    public bool IsDeletedFirst { get; init; }
    public string? WaitingReason { get; init; }
    public string? Report { get; init; }

    /// <summary>Empty until the container has ended, or when the pod went before its log was read.</summary>
    public ImmutableArray<WorkerLine> Log { get; init; } = [];

    /// <summary>Its log was asked for and answered, or can't be any more.</summary>
    public bool IsLogRead { get; init; }

    /// <summary>The log went before it could be read: nothing is proven by there being none.</summary>
    public bool IsLogLost { get; init; }
    public required JsonElement Json { get; init; }

    /// <summary>By the report that the kubelet took from the worker: the stores that it reached.</summary>
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

    /// <summary>The slot's time, so that slots can be put in order; of a run beside the schedule, when it was asked for.</summary>
    public required long Slot { get; init; }

    /// <summary>Since when stores were to do it again; those that were not are not in it.</summary>
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
            Image = pod.Items("spec", "containers").First().Text("image") ?? "",
            Stores = [.. run.Items("stores").Select(s => s.Text("name") ?? "")],
            Slot = run.Time("slot")?.ToUnixTimeSeconds() ?? 0,
            RedoFrom = run.Items("stores")
                .Where(s => s.Time("redoFrom") is not null)
                .ToImmutableSortedDictionary(s => s.Text("name") ?? "", s => s.Time("redoFrom")!.Value), // filtered
            FirstSeen = change,
            Json = pod,
        }.Then(pod, change, at);
    }

    /// <summary>The same run after another change of its pod.</summary>
    public SeenRun Then(JsonElement pod, long change, DateTimeOffset at)
    {
        var state = pod.Items("status", "containerStatuses").FirstOrDefault().At("state") ?? default;
        var ended = state.At("terminated");
        var isOver = ended is not null || pod.Text("status", "phase") is "Succeeded" or "Failed";
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

    /// <summary>The same run once its pod is no more.</summary>
    public SeenRun Gone(long change, DateTimeOffset at) =>
        this with
        {
            IsGone = true,
            EndSeen = EndSeen ?? change,
            EndSeenAt = EndSeenAt ?? at,
        };

    /// <summary>
    /// Its slot may run the store again: its worker logged nothing of the store, and reported no good item of it, or that there is
    /// more to do. A worker that ended well without a report came to all stores, one that ended badly to none.
    /// </summary>
    public bool Owes(string store)
    {
        var part = PartOf(store);
        return !Log.Any(l => l.Store == store)
            && part.ValueKind switch
            {
                JsonValueKind.Object => part.Count("ok") == 0 || part.Flag("more") == true,
                JsonValueKind.Null => true,
                _ => !Succeeded,
            };
    }

    /// <summary>Undefined where there is no report, or none that can be read.</summary>
    private JsonElement PartOf(string store)
    {
        try
        {
            return JsonElement.Parse(Report ?? "{}").Items("s").ElementAtOrDefault(Stores.IndexOf(store));
        }
        catch (JsonException)
        {
            return default;
        }
    }

    public override string ToString() =>
        $"{Occasion} {Image.Split(':')[^1]} {(IsCandidate ? "candidate" : "stable   ")} {Revision} {Pod} "
        + $"[{string.Join(' ', Stores)}] {(HasEnded ? "ended" : "live")}{(IsGone ? " gone" : "")}{(IsLogLost ? " log lost" : "")} {Ran.TotalSeconds} s exit {ExitCode} {WaitingReason} {Report}";
}
