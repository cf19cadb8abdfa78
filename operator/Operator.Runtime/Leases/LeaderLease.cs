using Microsoft.Extensions.Logging;
using Prometheus;

namespace Operator.Runtime;

/// <summary>
/// Leads while it holds a Lease. A holder counts as gone when its lease does not change for the lease's duration. Our own
/// monotonic clock measures this time, so clocks of different nodes are never compared.
/// </summary>
/// <remarks>
/// A replica that starts and finds no Lease creates one at once. So if the Lease is deleted at the moment a replica starts, two
/// replicas lead until the old leader renews. The monotonic clock stops while the machine is suspended, so a former leader may send
/// one late write afterwards. A write that must not happen twice also needs a check on the server, such as a resourceVersion.
/// </remarks>
public sealed class LeaderLease
{
    private static readonly TimeSpan ReleasePause = TimeSpan.FromMilliseconds(200);

    private readonly LeaseConnections _api;
    private readonly LeaderLeaseOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LeaseMetrics _metrics;
    private readonly LeaseFailures _failures;
    private readonly LeaseAbsence _absence;
    private LeaseSpec? _observed;
    private long _observedAt;
    private bool _isCurrent;
    private bool _hasAsked;
    private long _lastLoop;
    private volatile LeadershipTerm? _term;

    /// <exception cref="InvalidOperationException">The times of <paramref name="options"/> do not fit.</exception>
    public LeaderLease(
        LeaseConnections api,
        LeaderLeaseOptions options,
        TimeProvider time,
        IMetricFactory factory,
        ILogger logger
    )
    {
        (_api, _options, _time, _logger) = (api, options.Checked(), time, logger);
        _metrics = new LeaseMetrics(factory, options.Key.Name);
        _failures = new LeaseFailures(_metrics, options.Key, logger);
        _absence = new LeaseAbsence(options, time);
        _lastLoop = time.GetTimestamp();
    }

    /// <summary>Time since the last attempt to take or renew the lease.</summary>
    public TimeSpan Age => _time.GetElapsedTime(Interlocked.Read(ref _lastLoop));

    public bool IsLeading => Term is { IsOver: false };

    /// <summary>The current term; null while this replica does not lead.</summary>
    public LeadershipTerm? Term => _term;

    /// <summary>
    /// Waits for the lease, leads once, and returns when leadership ends; then the caller should end the process. When
    /// <paramref name="ct"/> is cancelled, <paramref name="lead"/> may finish its current work, and then the lease is released. The
    /// caller must not close the connections before this task has ended.
    /// </summary>
    public async Task RunAsync(Func<LeadershipTerm, Task> lead, CancellationToken ct)
    {
        using var term = await AcquireAsync(ct);
        _term = term;
        _metrics.Leads(true);
        LeaseLog.Acquired(_logger, _options.Key, _options.Identity);
        var release = LeaseRelease.AtOnce;
        try
        {
            var leading = lead(term);
            await RenewAsync(term, leading);
            release = ReleaseOf(term, leading);
            await EndAsync(term, leading);
        }
        finally
        {
            End(term);
            await ReleaseAsync(release);
        }
    }

    private async Task<LeadershipTerm> AcquireAsync(CancellationToken ct)
    {
        try
        {
            while (true)
            {
                var sentAt = _time.GetTimestamp();
                // If the answer is late, the term may already be over.
                if (await TryHoldAsync(ct) && _time.GetElapsedTime(sentAt) < _options.RenewDeadline)
                {
                    return new LeadershipTerm(_time, _options, sentAt, ct);
                }
                await Task.Delay(_options.LookPeriod, _time, ct);
            }
        }
        // The request that takes the lease may have been executed, though nobody waited for its answer.
        catch (OperationCanceledException) when (ct.IsCancellationRequested && _hasAsked)
        {
            await ReleaseAsync(LeaseRelease.AtOnce);
            throw;
        }
    }

    private static LeaseRelease ReleaseOf(LeadershipTerm term, Task leading) =>
        term.IsCutOff ? LeaseRelease.AfterLateWrites
        : leading.IsCompleted && !term.IsOver ? LeaseRelease.AtOnce
        : LeaseRelease.None;

    private async Task EndAsync(LeadershipTerm term, Task leading)
    {
        if (!leading.IsCompleted && !term.Stopping.IsCancellationRequested)
        {
            LeaseLog.Lost(_logger, _options.Key);
        }
        End(term);
        try
        {
            await leading;
        }
        catch (OperationCanceledException) when (term.Stopping.IsCancellationRequested || term.IsOver)
        {
            LeaseLog.Ended(_logger, _options.Key);
        }
    }

    private void End(LeadershipTerm term)
    {
        term.End();
        _term = null;
        _metrics.Leads(false);
    }

    /// <summary>Returns when the work has ended, or has to: the term is over, or the lease is another's.</summary>
    private async Task RenewAsync(LeadershipTerm term, Task leading)
    {
        var sentAt = _time.GetTimestamp();
        while (!leading.IsCompleted && !term.IsOver)
        {
            var rest = _options.RetryPeriod - _time.GetElapsedTime(sentAt);
            if (rest > TimeSpan.Zero)
            {
                rest = rest < term.Rest ? rest : term.Rest;
                // Task.Delay cuts to whole milliseconds, so a shorter delay would not wait at all.
                var pause = TimeSpan.FromMilliseconds(Math.Ceiling(rest.TotalMilliseconds));
                await Task.WhenAny(leading, Task.Delay(pause, _time, CancellationToken.None));
                continue;
            }
            sentAt = _time.GetTimestamp();
            if (await TryRenewAsync(term, leading))
            {
                term.TryRenew(sentAt);
            }
            else if (_observed is { } other && !IsOurs(other))
            {
                return;
            }
        }
    }

    /// <summary>Gives up when the work ends: then the lease is released, and a late renewal fails by its resourceVersion.</summary>
    private async Task<bool> TryRenewAsync(LeadershipTerm term, Task leading)
    {
        using var needed = CancellationTokenSource.CreateLinkedTokenSource(term.Ended);
        var holding = TryHoldAsync(needed.Token);
        await Task.WhenAny(holding, leading);
        GiveUp(needed);
        return await holding;
    }

    /// <summary>Changes nothing after the request has ended. Not CancelAsync: its callbacks would run on another thread.</summary>
    private static void GiveUp(CancellationTokenSource request) => request.Cancel();

    /// <summary>Tries once to take or renew the lease; false also after any failure.</summary>
    private async Task<bool> TryHoldAsync(CancellationToken ct)
    {
        Interlocked.Exchange(ref _lastLoop, _time.GetTimestamp());
        // Half the deadline, so that one hanging request does not lose the lease.
        using var timeout = new CancellationTokenSource(_options.RenewDeadline / 2, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        try
        {
            var isHeld = await HoldAsync(either.Token);
            _failures.Forget();
            return isHeld;
        }
        catch (Exception e) when (LeaseFailures.IsOne(e))
        {
            _isCurrent = false;
            _absence.End();
            if (!ct.IsCancellationRequested)
            {
                _failures.Note(e);
            }
            return false;
        }
    }

    private async Task<bool> HoldAsync(CancellationToken ct)
    {
        var ours = _isCurrent && _observed is { } last && IsOurs(last) ? last : null;
        var current = ours ?? await ReadAsync(_api.Usual, ct);
        if (current is null)
        {
            // Only a leader, or a replica that never saw the lease, creates it at once.
            if (_observed is not null && _term is null && _absence.MayHideHolder())
            {
                return false;
            }
            var made = Ours(LeaseSpec.New(_options.Key)).Write();
            _hasAsked = true;
            Observe(LeaseSpec.Read(await _api.Usual.CreateAsync(CoreTypes.Leases, _options.Key.Namespace, made, ct)));
            return true;
        }
        if (!IsOurs(current) && !IsExpired(current))
        {
            return false;
        }
        _hasAsked = true;
        var held = await _api.Usual.ReplaceAsync(CoreTypes.Leases, _options.Key, Ours(current).Write(), ct);
        Observe(LeaseSpec.Read(held));
        return true;
    }

    private async Task<LeaseSpec?> ReadAsync(IKubeApi from, CancellationToken ct)
    {
        if (await from.GetAsync(CoreTypes.Leases, _options.Key, ct) is not { } lease)
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

    /// <summary>
    /// Releases the lease as the last step, over a connection of its own: the usual one may be busy or broken, which is often why the
    /// process stops. It has its own time, because the caller's token is already cancelled.
    /// </summary>
    private async Task ReleaseAsync(LeaseRelease release)
    {
        if (release == LeaseRelease.AfterLateWrites)
        {
            LeaseLog.CutOff(_logger, _options.Key, _options.LongestWrite);
            // No token: with a shorter pause two leaders could write.
            await Task.Delay(_options.LongestWrite, _time, CancellationToken.None);
        }
        var (begun, isDue) = (_time.GetTimestamp(), release != LeaseRelease.None);
        while (isDue && !await TryReleaseAsync() && _time.GetElapsedTime(begun) < _options.ReleaseTime)
        {
            await Task.Delay(ReleasePause, _time, CancellationToken.None);
        }
    }

    /// <summary>False: it failed, and the next try reads the lease first.</summary>
    private async Task<bool> TryReleaseAsync()
    {
        using var timeout = new CancellationTokenSource(_options.ReleaseTime / 2, _time);
        try
        {
            var held = _isCurrent ? _observed : await ReadAsync(_api.Release, timeout.Token);
            if (held is not null && IsOurs(held))
            {
                var released = held.Released(_time.GetUtcNow()).Write();
                await _api.Release.ReplaceAsync(CoreTypes.Leases, _options.Key, released, timeout.Token);
                LeaseLog.Released(_logger, _options.Key);
            }
            return true;
        }
        catch (Exception e) when (LeaseFailures.IsOne(e))
        {
            _isCurrent = false;
            _failures.Note(e);
            return false;
        }
    }

    private LeaseSpec Ours(LeaseSpec lease) => lease.HeldBy(_options.Identity, _options.Duration, _time.GetUtcNow());

    private void Observe(LeaseSpec lease)
    {
        _observed = lease;
        _observedAt = _time.GetTimestamp();
        _isCurrent = true;
        _absence.End();
    }

    private bool IsOurs(LeaseSpec lease) => lease.Holder == _options.Identity;

    private bool IsExpired(LeaseSpec lease)
    {
        var duration = lease.Duration > TimeSpan.Zero ? lease.Duration : _options.Duration;
        return lease.Holder.Length == 0 || _time.GetElapsedTime(_observedAt) > duration;
    }
}
