namespace Operator.Testing;

/// <summary>Chooses the fault of each request of one client. Rules run in order, under the cluster's lock.</summary>
public sealed class FaultPlan
{
    private readonly Rules<Func<FakeRequest, Fault?>> _rules;

    internal FaultPlan(Lock gate) => _rules = new Rules<Func<FakeRequest, Fault?>>(gate);

    /// <summary>Adds a rule, which returns a fault or null. Dispose the result to remove the rule.</summary>
    public IDisposable Add(Func<FakeRequest, Fault?> rule) => _rules.Add(rule);

    /// <summary>The next request that matches gets the fault, once.</summary>
    public void Next(Fault fault, Func<FakeRequest, bool>? isFor = null) => Next(times: 1, _ => fault, isFor);

    /// <summary>The next requests that match get the fault.</summary>
    public void Next(int times, Func<FakeRequest, Fault> fault, Func<FakeRequest, bool>? isFor = null)
    {
        var left = times;
        Add(request =>
        {
            if (left == 0 || isFor?.Invoke(request) == false)
            {
                return null;
            }
            left--;
            return fault(request);
        });
    }

    public void Clear() => _rules.Clear();

    internal Fault? DecideLocked(FakeRequest request) =>
        _rules.All.Select(r => r(request)).FirstOrDefault(f => f is not null);
}
