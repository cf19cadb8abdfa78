using Microsoft.Extensions.Logging;
using Prometheus;

namespace Operator.Runtime;

public sealed record LeaderLeaseOptions
{
    public required ObjectKey Key { get; init; }

    /// <summary>Who we are; unique among the replicas.</summary>
    public required string Identity { get; init; }

    /// <summary>How long others wait for a holder that is silent. Default 15 s.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A holder that could not renew for this long stops leading. Shorter than <see cref="Duration"/>. Default 10 s.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Between attempts. Default 2 s.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>
/// Leads while it holds a Lease. A holder counts as gone when its lease has not changed for its duration by our own monotonic
/// clock, so clocks of different nodes are never compared. The term's token is cancelled before anybody else may lead.
/// </summary>
public sealed class LeaderLease(
    IKubeApi api,
    LeaderLeaseOptions options,
    TimeProvider time,
    IMetricFactory factory,
    ILogger logger
)
{
    private readonly Gauge.Child _isLeader = factory
        .CreateGauge("leader_election_master_status", "1 while this replica leads.", ["name"])
        .WithLabels(options.Key.Name);

    private LeaseSpec? _observed;
    private long _observedAt;
    private long _lastLoop = time.GetTimestamp();

    /// <summary>Since the loop last went round, whether it leads or waits.</summary>
    public TimeSpan Age => time.GetElapsedTime(Interlocked.Read(ref _lastLoop));

    public bool IsLeading { get; private set; }

    /// <summary>
    /// Waits for the lease, leads once, and returns when leadership is over: the caller should end the process. When
    /// <paramref name="ct"/> is cancelled the lease is released after <paramref name="lead"/> has finished.
    /// </summary>
    public async Task RunAsync(Func<CancellationToken, Task> lead, CancellationToken ct)
    {
        while (!await TryAcquireAsync(ct))
        {
            await Task.Delay(options.RetryPeriod, time, ct);
        }
        LeaseLog.Acquired(logger, options.Key, options.Identity);
        IsLeading = true;
        _isLeader.Set(1);
        try
        {
            await LeadAsync(lead, ct);
        }
        finally
        {
            IsLeading = false;
            _isLeader.Set(0);
        }
    }

    private async Task LeadAsync(Func<CancellationToken, Task> lead, CancellationToken ct)
    {
        using var term = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var leading = lead(term.Token);
        await RenewAsync(leading, ct);
        term.Cancel();
        try
        {
            await leading;
        }
        catch (OperationCanceledException) when (term.IsCancellationRequested)
        {
            LeaseLog.Ended(logger, options.Key);
        }
        if (ct.IsCancellationRequested)
        {
            await ReleaseAsync();
        }
    }

    /// <summary>Returns when the deadline passed without a renewal, the lease was lost, the work ended, or we are asked to stop.</summary>
    private async Task RenewAsync(Task leading, CancellationToken ct)
    {
        var renewedAt = time.GetTimestamp();
        while (!ct.IsCancellationRequested && !leading.IsCompleted)
        {
            var rest = options.RenewDeadline - time.GetElapsedTime(renewedAt);
            if (rest <= TimeSpan.Zero)
            {
                LeaseLog.Lost(logger, options.Key);
                return;
            }
            using var attempt = CancellationTokenSource.CreateLinkedTokenSource(ct);
            using var deadline = new CancellationTokenSource(rest, time);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(attempt.Token, deadline.Token);
            var sentAt = time.GetTimestamp();
            if (await TryAcquireAsync(linked.Token))
            {
                // Counted from when it was sent: others count from when it arrived.
                renewedAt = sentAt;
            }
            else if (_observed is { } other && !IsOurs(other))
            {
                LeaseLog.Lost(logger, options.Key);
                return;
            }
            await Task.WhenAny(leading, Task.Delay(options.RetryPeriod, time, linked.Token));
        }
    }

    /// <summary>One attempt to take or renew the lease. Every failure is an answer: no.</summary>
    private async Task<bool> TryAcquireAsync(CancellationToken ct)
    {
        Interlocked.Exchange(ref _lastLoop, time.GetTimestamp());
        try
        {
            var current = await api.GetAsync(CoreTypes.Leases, options.Key, ct);
            if (current is null)
            {
                Observe(LeaseSpec.Read(await api.CreateAsync(CoreTypes.Leases, options.Key.Namespace, Ours(null), ct)));
                return true;
            }
            var held = LeaseSpec.Read(current);
            if (_observed != held)
            {
                Observe(held);
            }
            if (!IsOurs(held) && !IsExpired(held))
            {
                return false;
            }
            Observe(LeaseSpec.Read(await api.ReplaceAsync(CoreTypes.Leases, options.Key, Ours(held), ct)));
            return true;
        }
        catch (KubeApiException e) when (e.IsForbidden)
        {
            LeaseLog.Forbidden(logger, options.Key, e.Message);
            return false;
        }
        catch (Exception e) when (e is KubeApiException or HttpRequestException or TimeoutException or IOException)
        {
            LeaseLog.Failed(logger, options.Key, e.Message);
            return false;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task ReleaseAsync()
    {
        if (_observed is not { } held || !IsOurs(held))
        {
            return;
        }
        try
        {
            using var timeout = new CancellationTokenSource(options.RetryPeriod, time);
            var released = held with { Holder = "", Duration = TimeSpan.FromSeconds(1) };
            // The stop token is cancelled already; releasing is the last thing we do, within a bound of its own.
            await api.ReplaceAsync(CoreTypes.Leases, options.Key, released.Write(options.Key), timeout.Token);
            LeaseLog.Released(logger, options.Key);
        }
        catch (Exception e)
            when (e
                    is KubeApiException
                        or HttpRequestException
                        or TimeoutException
                        or IOException
                        or OperationCanceledException
            )
        {
            LeaseLog.Failed(logger, options.Key, e.Message);
        }
    }

    private ReadOnlyMemory<byte> Ours(LeaseSpec? held)
    {
        var now = time.GetUtcNow();
        var isRenewal = held is not null && IsOurs(held);
        return new LeaseSpec
        {
            Holder = options.Identity,
            Duration = options.Duration,
            AcquiredAt = isRenewal ? held!.AcquiredAt : now, // a renewal has a held lease
            RenewedAt = now,
            Transitions = (held?.Transitions ?? 0) + (held is null || isRenewal ? 0 : 1),
            ResourceVersion = held?.ResourceVersion ?? "",
        }.Write(options.Key);
    }

    private void Observe(LeaseSpec lease)
    {
        _observed = lease;
        _observedAt = time.GetTimestamp();
    }

    private bool IsOurs(LeaseSpec lease) => string.Equals(lease.Holder, options.Identity, StringComparison.Ordinal);

    private bool IsExpired(LeaseSpec lease) =>
        lease.Holder.Length == 0 || time.GetElapsedTime(_observedAt) > lease.Duration;
}

internal static partial class LeaseLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Lease {Key} acquired by {Identity}")]
    public static partial void Acquired(ILogger logger, ObjectKey key, string identity);

    [LoggerMessage(Level = LogLevel.Error, Message = "Lease {Key} lost; this replica stops")]
    public static partial void Lost(ILogger logger, ObjectKey key);

    [LoggerMessage(Level = LogLevel.Information, Message = "Term of lease {Key} ended")]
    public static partial void Ended(ILogger logger, ObjectKey key);

    [LoggerMessage(Level = LogLevel.Information, Message = "Lease {Key} released")]
    public static partial void Released(ILogger logger, ObjectKey key);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Lease {Key} can't be used: the service account needs get, create and update on leases: {Why}"
    )]
    public static partial void Forbidden(ILogger logger, ObjectKey key, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lease {Key} could not be renewed: {Why}")]
    public static partial void Failed(ILogger logger, ObjectKey key, string why);
}
