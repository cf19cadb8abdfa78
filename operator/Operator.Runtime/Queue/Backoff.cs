namespace Operator.Runtime;

/// <summary>Doubling delays with jitter: between half and the whole of the nominal one. Not safe for concurrent use.</summary>
public sealed class Backoff(TimeSpan least, TimeSpan most, Func<double> random)
{
    private const int MostDoublings = 30;
    private int _failures;

    public TimeSpan Next() => Delay(least, most, _failures++, random());

    public void Reset() => _failures = 0;

    /// <summary>The delay after so many failures before this one; <paramref name="random"/> is from 0 up to 1.</summary>
    public static TimeSpan Delay(TimeSpan least, TimeSpan most, int failures, double random)
    {
        var nominal = least * Math.Pow(2, Math.Min(failures, MostDoublings));
        var bounded = nominal < most ? nominal : most;
        return bounded * (0.5 + (0.5 * random));
    }
}
