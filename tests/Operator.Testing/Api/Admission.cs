using System.Text.Json;
using System.Text.Json.Nodes;
using Operator.Runtime;

namespace Operator.Testing;

/// <summary>A write that admission rules check. Before is null for a creation.</summary>
public sealed record AdmissionRequest(ResourceType Type, ObjectKey Key, JsonElement? Before, JsonElement After);

/// <summary>
/// Rules that may refuse creations and replacements with 403, as ResourceQuota and admission plugins do, and rules that change
/// what is created. A rule runs under the cluster's lock. A refusing rule returns the reason; null accepts the write.
/// </summary>
public sealed class Admission
{
    private readonly Rules<Func<AdmissionRequest, string?>> _rules;
    private readonly Rules<Action<ResourceType, JsonObject>> _changes;

    internal Admission(Lock gate)
    {
        _rules = new Rules<Func<AdmissionRequest, string?>>(gate);
        _changes = new Rules<Action<ResourceType, JsonObject>>(gate);
    }

    /// <summary>
    /// Adds a rule that changes objects before they are created, as a mutating webhook does. Dispose the result to remove the
    /// rule.
    /// </summary>
    public IDisposable Change(Action<ResourceType, JsonObject> rule) => _changes.Add(rule);

    /// <summary>Adds a rule. Dispose the result to remove the rule.</summary>
    public IDisposable Refuse(Func<AdmissionRequest, string?> rule) => _rules.Add(rule);

    internal void Mutate(ResourceType type, JsonObject item)
    {
        foreach (var change in _changes.All)
        {
            change(type, item);
        }
    }

    internal bool HasRules => !_rules.All.IsEmpty;

    internal string? Refusal(AdmissionRequest request) =>
        _rules.All.Select(r => r(request)).FirstOrDefault(why => why is not null);
}

/// <summary>Runs an action once, on disposal.</summary>
internal sealed class Registration(Action end) : IDisposable
{
    private Action? _end = end;

    public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
}
