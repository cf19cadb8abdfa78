namespace Operator.Runtime;

/// <summary>Delays that double, with jitter between 50 % and 100 % of the nominal delay. Not safe for concurrent use.</summary>
public sealed class Backoff(TimeSpan least, TimeSpan most, Func<double> random)
{
    private const int MostDoublings = 30;
    private int _failures;

    public TimeSpan Next() => Delay(least, most, _failures++, random());

    public void Reset() => _failures = 0;

    /// <summary>
    /// The delay after a failure that follows <paramref name="failures"/> earlier ones; <paramref name="random"/> is from 0 to 1.
    /// </summary>
    public static TimeSpan Delay(TimeSpan least, TimeSpan most, int failures, double random)
    {
        var nominal = least * Math.Pow(2, Math.Min(failures, MostDoublings));
        var bounded = nominal < most ? nominal : most;
        return bounded * (0.5 + (0.5 * random));
    }
}
