using Operator.Planning.Facts;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>What an observation needs besides objects: the clock, this operator, and since when it plans.</summary>
internal sealed class Circumstances(
    IKubeApi api,
    OperatorOptions options,
    PlanningStart start,
    Randomness random,
    TimeProvider time
)
{
    private readonly OperatorInstance _self = new(options.Instance, options.TakeOver);

    /// <summary>The observation without objects. <paramref name="claim"/> is that of the record's head.</summary>
    public Observation Begin(ObjectKey connector, RecordClaim? claim)
    {
        var seen = new Observation
        {
            Now = time.GetUtcNow(),
            IsClockSkewed = IsSkewed(),
            Operator = _self,
            Claim = ClaimOf(claim),
            Salt = random.Number(),
        };
        if (seen.Charge is Charge.Foreign or Charge.Stale or Charge.TakenOver)
        {
            start.BeginAnew(connector, seen.Now);
        }
        return seen with { PlanningSince = start.Since(connector, seen.Now) };
    }

    /// <summary>Whether a record with this claim is another operator's now.</summary>
    public static bool IsOthers(OperatorOptions options, RecordClaim claim, DateTimeOffset now) =>
        Charges.Of(new(options.Instance, options.TakeOver), ClaimOf(claim), now, isClockSkewed: false)
        == Charge.Foreign;

    private static OperatorClaim? ClaimOf(RecordClaim? claim) =>
        claim is null ? null : new(claim.By, claim.Until) { TakesOver = claim.Over ?? "" };

    /// <summary>The claim of a commit.</summary>
    public static RecordClaim ClaimOf(OperatorInstance self, DateTimeOffset until) =>
        new(self.Id, until) { Over = self.TakesOver.Length == 0 ? null : self.TakesOver };

    /// <summary>Also true when our clock jumped since the server's last answer.</summary>
    private bool IsSkewed() => api.Clock is { } clock && clock.SkewNow(time).Duration() > PlanLimits.ClockSkew;
}
