using System.Net;
using Microsoft.Extensions.Logging;
using Prometheus;

namespace Operator.Runtime;

/// <summary>
/// Leads while it holds a Lease. A holder counts as gone when its lease does not change for the lease's duration. Our own
/// monotonic clock measures this time, so clocks of different nodes are never compared.
/// </summary>
/// <remarks>
/// A replica that starts and finds no Lease creates one at once. So if the Lease is deleted at the moment a replica starts, two
/// replicas lead until the old leader renews. The monotonic clock stops while the machine is suspended, so a former leader may
/// send one late write afterwards. A write that must not happen twice also needs a check on the server, such as a
/// resourceVersion.
/// </remarks>
public sealed class LeaderLease(
    IKubeApi api,
    LeaderLeaseOptions settings,
    TimeProvider time,
    IMetricFactory factory,
    ILogger logger
)
{
    private readonly LeaderLeaseOptions _options = settings.Checked();
    private readonly LeaseMetrics _metrics = new(factory, settings.Key.Name);
    private LeaseSpec? _observed;
    private long _observedAt;
    private bool _isCurrent;
    private long? _goneSince;
    private long _goneSeenAt;
    private string? _lastFailure;
    private long _lastLoop = time.GetTimestamp();
    private volatile LeadershipTerm? _term;

    /// <summary>Time since the last attempt to take or renew the lease.</summary>
    public TimeSpan Age => time.GetElapsedTime(Interlocked.Read(ref _lastLoop));

    public bool IsLeading => Term is { IsOver: false };

    /// <summary>The current term; null while this replica does not lead.</summary>
    public LeadershipTerm? Term => _term;

    /// <summary>
    /// Waits for the lease, leads once, and returns when leadership ends; then the caller should end the process. When
    /// <paramref name="ct"/> is cancelled, <paramref name="lead"/> may finish its current work, and the lease is released.
    /// </summary>
    public async Task RunAsync(Func<LeadershipTerm, Task> lead, CancellationToken ct)
    {
        using var term = await AcquireAsync(ct);
        _term = term;
        _metrics.Leads(true);
        LeaseLog.Acquired(logger, _options.Key, _options.Identity);
        try
        {
            await LeadAsync(term, lead);
        }
        finally
        {
            term.End();
            _term = null;
            _metrics.Leads(false);
            await ReleaseAsync();
        }
    }

    private async Task<LeadershipTerm> AcquireAsync(CancellationToken ct)
    {
        while (true)
        {
            var sentAt = time.GetTimestamp();
            // If the answer is late, the term may already be over.
            if (await TryHoldAsync(ct) && time.GetElapsedTime(sentAt) < _options.RenewDeadline)
            {
                return new LeadershipTerm(time, _options, sentAt, ct);
            }
            await Task.Delay(_options.RetryPeriod, time, ct);
        }
    }

    private async Task LeadAsync(LeadershipTerm term, Func<LeadershipTerm, Task> lead)
    {
        var leading = lead(term);
        await RenewAsync(term, leading);
        if (!leading.IsCompleted && !term.Stopping.IsCancellationRequested)
        {
            LeaseLog.Lost(logger, _options.Key);
        }
        term.End();
        try
        {
            await leading;
        }
        catch (OperationCanceledException) when (term.Stopping.IsCancellationRequested || term.IsOver)
        {
            LeaseLog.Ended(logger, _options.Key);
        }
    }

    /// <summary>Returns when the work has ended, or has to: the term is over, or the lease is another's.</summary>
    private async Task RenewAsync(LeadershipTerm term, Task leading)
    {
        var sentAt = time.GetTimestamp();
        while (!leading.IsCompleted && !term.IsOver)
        {
            var rest = _options.RetryPeriod - time.GetElapsedTime(sentAt);
            if (rest > TimeSpan.Zero)
            {
                rest = rest < term.Rest ? rest : term.Rest;
                // Task.Delay cuts to whole milliseconds, so a shorter delay would not wait at all.
                var pause = TimeSpan.FromMilliseconds(Math.Ceiling(rest.TotalMilliseconds));
                await Task.WhenAny(leading, Task.Delay(pause, time, CancellationToken.None));
                continue;
            }
            sentAt = time.GetTimestamp();
            if (await TryHoldAsync(term.Ended))
            {
                term.TryRenew(sentAt);
            }
            else if (_observed is { } other && !IsOurs(other))
            {
                return;
            }
        }
    }

    /// <summary>Tries once to take or renew the lease; false also after any failure.</summary>
    private async Task<bool> TryHoldAsync(CancellationToken ct)
    {
        Interlocked.Exchange(ref _lastLoop, time.GetTimestamp());
        // Half the deadline, so that one hanging request does not lose the lease.
        using var timeout = new CancellationTokenSource(_options.RenewDeadline / 2, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        try
        {
            var isHeld = await HoldAsync(either.Token);
            _lastFailure = null;
            return isHeld;
        }
        catch (Exception e) when (IsFailure(e))
        {
            _isCurrent = false;
            _goneSince = null;
            if (!ct.IsCancellationRequested)
            {
                Failed(e);
            }
            return false;
        }
    }

    private async Task<bool> HoldAsync(CancellationToken ct)
    {
        var ours = _isCurrent && _observed is { } last && IsOurs(last) ? last : null;
        var current = ours ?? await ReadAsync(ct);
        if (current is null)
        {
            if (MayHaveUnseenHolder())
            {
                return false;
            }
            var made = Ours(LeaseSpec.New(_options.Key)).Write();
            Observe(LeaseSpec.Read(await api.CreateAsync(CoreTypes.Leases, _options.Key.Namespace, made, ct)));
            return true;
        }
        if (!IsOurs(current) && !IsExpired(current))
        {
            return false;
        }
        Observe(LeaseSpec.Read(await api.ReplaceAsync(CoreTypes.Leases, _options.Key, Ours(current).Write(), ct)));
        return true;
    }

    /// <summary>
    /// The lease was deleted. Its holder may still lead until the lease would have expired, and may create it again between two of
    /// our reads. Only a leader, or a replica that never saw the lease, creates it at once.
    /// </summary>
    private bool MayHaveUnseenHolder()
    {
        if (_observed is null || _term is not null)
        {
            return false;
        }
        var now = time.GetTimestamp();
        if (_goneSince is null || time.GetElapsedTime(_goneSeenAt, now) > 3 * _options.RetryPeriod)
        {
            _goneSince = now;
        }
        _goneSeenAt = now;
        return time.GetElapsedTime(_goneSince.Value, now) <= _options.Duration;
    }

    private async Task<LeaseSpec?> ReadAsync(CancellationToken ct)
    {
        if (await api.GetAsync(CoreTypes.Leases, _options.Key, ct) is not { } lease)
        {
            return null;
        }
        var current = LeaseSpec.Read(lease);
        if (_observed?.ResourceVersion != current.ResourceVersion)
        {
            Observe(current);
        }
        _isCurrent = true;
        return current;
    }

    /// <summary>Releases the lease as the last step. It has its own timeout, because the caller's token is already cancelled.</summary>
    private async Task ReleaseAsync()
    {
        using var timeout = new CancellationTokenSource(_options.RetryPeriod, time);
        try
        {
            var held = _isCurrent ? _observed : await ReadAsync(timeout.Token);
            if (held is not null && IsOurs(held))
            {
                var released = held.Released(time.GetUtcNow()).Write();
                await api.ReplaceAsync(CoreTypes.Leases, _options.Key, released, timeout.Token);
                LeaseLog.Released(logger, _options.Key);
            }
        }
        catch (Exception e) when (IsFailure(e))
        {
            Failed(e);
        }
    }

    private LeaseSpec Ours(LeaseSpec lease) => lease.HeldBy(_options.Identity, _options.Duration, time.GetUtcNow());

    private void Observe(LeaseSpec lease)
    {
        _observed = lease;
        _observedAt = time.GetTimestamp();
        _isCurrent = true;
        _goneSince = null;
    }

    private bool IsOurs(LeaseSpec lease) => lease.Holder == _options.Identity;

    private bool IsExpired(LeaseSpec lease)
    {
        var duration = lease.Duration > TimeSpan.Zero ? lease.Duration : _options.Duration;
        return lease.Holder.Length == 0 || time.GetElapsedTime(_observedAt) > duration;
    }

    private static bool IsFailure(Exception e) =>
        e is KubeApiException or HttpRequestException or TimeoutException or IOException or OperationCanceledException;

    /// <summary>Counts every failure; logs it only when its reason differs from the last one.</summary>
    private void Failed(Exception e)
    {
        var reason = e switch
        {
            KubeApiException { IsForbidden: true } => "forbidden",
            KubeApiException { Status: HttpStatusCode.Conflict } => "conflict",
            KubeApiException => "refused",
            _ => "unreachable",
        };
        _metrics.Failed(reason);
        if (reason == _lastFailure)
        {
            return;
        }
        _lastFailure = reason;
        if (e is KubeApiException { IsForbidden: true })
        {
            LeaseLog.Forbidden(logger, _options.Key, e.Message);
        }
        else
        {
            LeaseLog.Failed(logger, _options.Key, e.Message);
        }
    }
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
        Message = "Cannot use lease {Key}: give the service account get, create and update on leases: {Why}"
    )]
    public static partial void Forbidden(ILogger logger, ObjectKey key, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cannot take or renew lease {Key}: {Why}")]
    public static partial void Failed(ILogger logger, ObjectKey key, string why);
}
