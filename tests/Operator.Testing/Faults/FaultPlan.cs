namespace Operator.Testing;

/// <summary>Decides for each request of one client what goes wrong with it. Rules are called under the cluster's lock, in order.</summary>
public sealed class FaultPlan
{
    private readonly Rules<Func<FakeRequest, Fault?>> _rules;

    internal FaultPlan(Lock gate) => _rules = new Rules<Func<FakeRequest, Fault?>>(gate);

    /// <summary>Adds a rule: it returns a fault, or null for none. Disposing the answer takes the rule away.</summary>
    public IDisposable Add(Func<FakeRequest, Fault?> rule) => _rules.Add(rule);

    /// <summary>The next request that it is for fails, once.</summary>
    public void Next(Fault fault, Func<FakeRequest, bool>? isFor = null) => Next(times: 1, _ => fault, isFor);

    /// <summary>The next requests that it is for fail.</summary>
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
