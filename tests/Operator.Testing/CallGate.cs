using Operator.Runtime;

namespace Operator.Testing;

/// <summary>Verb and object of a call. <paramref name="What"/> describes the call as the real client's messages do.</summary>
internal sealed record CallIntent(KubeVerb Verb, ResourceType Type, ObjectKey Key, string What);

internal sealed record CallResult<T>(T Value, bool HasChanged = false);

/// <summary>Sends one client's calls to the server and returns the answers, with the planned faults.</summary>
internal sealed class CallGate(ClusterState state, string client, TimeProvider time, FaultPlan faults)
{
    private static readonly Fault NoFault = new();
    private readonly List<Action> _open = [];
    private int _number;
    private bool _isSilent;
    private volatile ServerClock? _clock;

    public FaultPlan Faults => faults;
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(8);
    public ServerClock? Clock => _clock;
    public bool IsDead { get; private set; }

    /// <summary>Called when the client dies. True: silently. False: waiting callers get an exception.</summary>
    public Action<bool>? Killed { get; set; }

    /// <summary>
    /// Sends one call. <paramref name="effect"/> is the server's work, under the cluster's lock. <paramref name="accept"/>
    /// turns a refusal into an answer; null: the refusal is thrown.
    /// </summary>
    public Task<T> SendAsync<T>(
        CallIntent intent,
        Func<CallResult<T>> effect,
        Func<ApiFailure, CallResult<T>?> accept,
        CancellationToken ct
    )
    {
        lock (state.Gate)
        {
            if (ct.IsCancellationRequested)
            {
                return Task.FromCanceled<T>(ct);
            }
            if (IsDead)
            {
                return DeadAsync<T>(ct);
            }
            var request = new FakeRequest(++_number, state.ServerNow, client, intent.Verb, intent.Type, intent.Key);
            var call = new Call<T>(intent, request, effect, accept, faults.DecideLocked(request) ?? NoFault);
            return BeginLocked(call, ct);
        }
    }

    public void KillLocked(bool isSilent)
    {
        IsDead = true;
        _isSilent = isSilent;
        foreach (var end in _open.ToArray())
        {
            end();
        }
        Killed?.Invoke(isSilent);
    }

    private Task<T> BeginLocked<T>(Call<T> call, CancellationToken ct)
    {
        var fault = call.Fault;
        if (fault.Kills == ClientDeath.BeforeTheCall)
        {
            Journal(call.Request, new JournalEntry(call.Request) { Fault = "killed" });
            KillLocked(isSilent: false);
            return DeadAsync<T>(ct);
        }
        if (fault.Instead is { } told)
        {
            Journal(call.Request, new JournalEntry(call.Request) { Fault = told.GetType().Name });
            return Task.FromException<T>(told);
        }
        if (fault.Delay == TimeSpan.Zero)
        {
            ArriveLocked(call);
        }
        else if (fault.Delay == TimeSpan.MaxValue)
        {
            Journal(call.Request, new JournalEntry(call.Request) { Fault = "lost" });
        }
        else
        {
            state.Agenda.After(fault.Delay, () => ArriveLocked(call));
        }
        return IsDead ? DeadAsync<T>(ct) : WaitLocked(call, ct);
    }

    /// <summary>The server handles the request, even when the client has given up.</summary>
    private void ArriveLocked<T>(Call<T> call)
    {
        var entry = new JournalEntry(call.Request) { Fault = call.Fault.Afterwards?.GetType().Name };
        Exception? refused = null;
        CallResult<T>? result = null;
        try
        {
            result = state.As(client, call.Effect);
            entry = entry with { Status = call.Success, HasChanged = result.HasChanged };
        }
        catch (ApiFailure e)
        {
            entry = entry with { Status = e.Code, Reason = e.Reason };
            result = call.Accept(e);
            refused = result is null ? Refusal(call.Intent, e) : null;
        }
        Journal(call.Request, entry);
        if (call.Fault.Kills == ClientDeath.AfterTheCall)
        {
            KillLocked(isSilent: false);
            return;
        }
        AnswerLocked(call, result, call.Fault.Afterwards ?? refused);
    }

    private void AnswerLocked<T>(Call<T> call, CallResult<T>? result, Exception? error)
    {
        if (call.Fault.AnswerDelay == TimeSpan.MaxValue)
        {
            return;
        }
        // A late answer carries an old Date header. The client cannot notice this.
        var sentAt = state.ServerNow;
        void Tell()
        {
            if (error is null or KubeApiException)
            {
                _clock = new ServerClock(WholeSeconds(sentAt), time.GetUtcNow(), time.GetTimestamp());
            }
            if (error is null)
            {
                call.Answer.TrySetResult(result!.Value); // no error, so there is a result
            }
            else
            {
                call.Answer.TrySetException(error);
            }
        }
        if (call.Fault.AnswerDelay == TimeSpan.Zero)
        {
            Tell();
        }
        else
        {
            state.Agenda.After(call.Fault.AnswerDelay, Tell);
        }
    }

    /// <summary>Waits on the client's side for the answer, its timeout, its token or its death.</summary>
    private Task<T> WaitLocked<T>(Call<T> call, CancellationToken ct)
    {
        var answer = call.Answer;
        if (answer.Task.IsCompleted)
        {
            return answer.Task;
        }
        void Die()
        {
            if (!_isSilent)
            {
                answer.TrySetCanceled(CancellationToken.None); // no caller cancelled: the process is dead
            }
        }
        _open.Add(Die);
        var timeout = state.Agenda.After(
            CallTimeout,
            () => answer.TrySetException(new TimeoutException($"cannot {call.Intent.What}: no answer in time"))
        );
        return EndAsync();

        async Task<T> EndAsync()
        {
            await using var cancellation = ct.UnsafeRegister((_, token) => answer.TrySetCanceled(token), null);
            try
            {
                return await answer.Task;
            }
            finally
            {
                lock (state.Gate)
                {
                    timeout.Cancel();
                    _open.Remove(Die);
                }
            }
        }
    }

    private async Task<T> DeadAsync<T>(CancellationToken ct)
    {
        if (!_isSilent)
        {
            throw new OperationCanceledException($"client '{client}' is dead");
        }
        var never = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var cancellation = ct.UnsafeRegister((_, token) => never.TrySetCanceled(token), null);
        return await never.Task;
    }

    private void Journal(FakeRequest request, JournalEntry entry) =>
        state.Journal.AddLocked(entry with { Request = request with { At = state.ServerNow } });

    private static KubeApiException Refusal(CallIntent intent, ApiFailure e) =>
        new(e.Code, e.Reason, $"cannot {intent.What}: {(int)e.Code} {e.Reason}: {e.Message}")
        {
            RetryAfter = e.RetryAfter,
        };

    private static DateTimeOffset WholeSeconds(DateTimeOffset at) =>
        new(at.Ticks - (at.Ticks % TimeSpan.TicksPerSecond), at.Offset);

    private sealed record Call<T>(
        CallIntent Intent,
        FakeRequest Request,
        Func<CallResult<T>> Effect,
        Func<ApiFailure, CallResult<T>?> Accept,
        Fault Fault
    )
    {
        public TaskCompletionSource<T> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public System.Net.HttpStatusCode Success =>
            Intent.Verb == KubeVerb.Create ? System.Net.HttpStatusCode.Created : System.Net.HttpStatusCode.OK;
    }
}
