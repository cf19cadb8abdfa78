using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>What is done to every informer alike, whatever it projects to.</summary>
internal sealed record WatchedKind
{
    public required Func<CancellationToken, Task> RunAsync { get; init; }
    public required Func<CancellationToken, Task> WaitForSyncAsync { get; init; }
    public required Func<CancellationToken, Task> RelistAsync { get; init; }
    public required Action RefreshMetrics { get; init; }
    public required Func<bool> HasSynced { get; init; }
    public required Func<TimeSpan> Age { get; init; }

    public static WatchedKind Of<T>(Informer<T> informer)
        where T : class =>
        new()
        {
            RunAsync = informer.RunAsync,
            WaitForSyncAsync = informer.WaitForSyncAsync,
            RelistAsync = informer.RelistAsync,
            RefreshMetrics = informer.RefreshMetrics,
            HasSynced = () => informer.HasSynced,
            Age = () => informer.Age,
        };
}
