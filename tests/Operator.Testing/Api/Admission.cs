using System.Collections.Immutable;
using System.Text.Json;
using Operator.Runtime;

namespace Operator.Testing;

/// <summary>A write that asks for admission. Before is null for a creation.</summary>
public sealed record AdmissionRequest(ResourceType Type, ObjectKey Key, JsonElement? Before, JsonElement After);

/// <summary>
/// Rules that may refuse creations and replacements with 403, as ResourceQuota and admission plugins do. A rule is called
/// under the cluster's lock and returns why it refuses, or null.
/// </summary>
public sealed class Admission
{
    private readonly Lock _gate;
    private ImmutableArray<Func<AdmissionRequest, string?>> _rules = [];

    internal Admission(Lock gate) => _gate = gate;

    /// <summary>Adds a rule; disposing the answer takes it away.</summary>
    public IDisposable Refuse(Func<AdmissionRequest, string?> rule)
    {
        lock (_gate)
        {
            _rules = _rules.Add(rule);
        }
        return new Registration(() =>
        {
            lock (_gate)
            {
                _rules = _rules.Remove(rule);
            }
        });
    }

    internal bool HasRules => !_rules.IsEmpty;

    internal string? Refusal(AdmissionRequest request) =>
        _rules.Select(r => r(request)).FirstOrDefault(why => why is not null);
}

/// <summary>Does something once, when it is disposed.</summary>
internal sealed class Registration(Action end) : IDisposable
{
    private Action? _end = end;

    public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
}
