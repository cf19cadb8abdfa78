using Operator.Testing;

namespace Operator.Tests.Simulation;

/// <summary>Random faults of single calls of one process, at the rates of its world.</summary>
internal static class CallFaults
{
    public static Func<FakeRequest, Fault?> Of(Random random, double rate, double deathRate) =>
        request =>
        {
            var draw = random.NextDouble();
            if (draw < deathRate)
            {
                return random.Next(2) == 0 ? Fault.KilledBefore : Fault.KilledAfter;
            }
            if (draw >= deathRate + rate)
            {
                return null;
            }
            return request.IsWrite ? OfWrite(random) : OfRead(random);
        };

    private static Fault OfWrite(Random random) =>
        random.Next(9) switch
        {
            0 => Fault.Before(KubeErrors.ConnectionReset()),
            1 => Fault.After(KubeErrors.ConnectionReset()),
            2 => Fault.Before(KubeErrors.Conflict()),
            3 => Fault.Before(KubeErrors.TooManyRequests(TimeSpan.FromSeconds(1))),
            4 => Fault.Before(KubeErrors.InternalError()),
            5 => Fault.After(KubeErrors.InternalError()),
            6 => Fault.AnswerLost,
            7 => Fault.Late(TimeSpan.FromSeconds(7.9 * random.NextDouble())),
            _ => Fault.Lost,
        };

    private static Fault OfRead(Random random) =>
        random.Next(4) switch
        {
            0 => Fault.Before(KubeErrors.ConnectionReset()),
            1 => Fault.Before(KubeErrors.Unavailable()),
            2 => Fault.SlowAnswer(TimeSpan.FromSeconds(5 * random.NextDouble())),
            _ => Fault.Lost,
        };
}
