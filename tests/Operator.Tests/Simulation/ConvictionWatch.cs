using Operator.Planning.Record;

namespace Operator.Tests.Simulation;

/// <summary>
/// Nobody is convicted for an end that the cluster made: the worker of a good version does everything well, so all that its runs met
/// came from the cluster, and no attempt of it is rolled back.
/// </summary>
internal sealed class ConvictionWatch(List<string> violations)
{
    private readonly HashSet<(string Record, int Attempt)> _seen = [];

    /// <summary>Called for each committed record, under the cluster's lock.</summary>
    public void Committed(ConnectorRecord record, DateTimeOffset at)
    {
        foreach (var ended in record.Attempts.History.Where(a => _seen.Add((record.Id, a.Number))))
        {
            if (ended.Outcome == AttemptOutcome.RolledBack && FleetObjects.IsGood(ended.Image))
            {
                violations.Add(
                    $"{at:HH:mm:ss.fff}: attempt {ended.Number} of {ended.Image} was rolled back: {ended.Reason}, {ended.Message}"
                );
            }
        }
    }
}
