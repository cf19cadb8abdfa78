namespace Operator.Runtime;

/// <summary>When a loop last heard from the server, and when it last did anything at all. Safe for concurrent use.</summary>
internal sealed class Contact(TimeProvider time)
{
    private long _heard = time.GetTimestamp();
    private long _active = time.GetTimestamp();

    /// <summary>Time since the server was last heard.</summary>
    public TimeSpan Age => time.GetElapsedTime(Interlocked.Read(ref _heard));

    /// <summary>Time since the loop last made a step: a request, an answer or a pause. It grows only while the loop hangs.</summary>
    public TimeSpan Idle => time.GetElapsedTime(Interlocked.Read(ref _active));

    public void Heard()
    {
        Interlocked.Exchange(ref _heard, time.GetTimestamp());
        Active();
    }

    public void Active() => Interlocked.Exchange(ref _active, time.GetTimestamp());
}
