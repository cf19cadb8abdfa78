using System.Collections.Immutable;
using FluentValidation;
using FluentValidation.Results;

namespace Operator.Api;

/// <summary>One fault of an object: the field (<c>spec.flows[0].schedule</c>) and what to do.</summary>
public sealed record Finding(string Path, string Message)
{
    /// <summary>The flows that the fault stops, where <see cref="Path"/> does not name one.</summary>
    public ImmutableArray<string> Flows { get; init; } = [];

    /// <summary>The spec can be followed as it is, and is probably not what its author wants.</summary>
    public bool IsAdvice { get; init; }

    public override string ToString() => $"{Path}: {Message}";
}

/// <summary>Inputs of the rules that the planner provides.</summary>
public sealed record ConnectorRuleOptions
{
    /// <summary>
    /// Returns the fault of a schedule in a time zone, or null. The planner provides it, because cron is parsed there.
    /// Default: always null.
    /// </summary>
    public Func<string, string, string?> ScheduleProblem { get; init; } = static (_, _) => null;
}

/// <summary>
/// The rules of a connector, for admission, reconciler and CLI. Thread-safe. Create one instance and keep it: creation
/// takes far longer than a check.
/// </summary>
public sealed class ConnectorRules(ConnectorRuleOptions options)
{
    private readonly ConnectorValidator _validator = new(options);

    /// <summary>The faults of the spec; empty when there are none. Never throws for an object that was read from JSON without nulls.</summary>
    public ImmutableArray<Finding> Check(MarketplaceConnector connector) =>
        Findings.Of(_validator.Validate(connector.Spec));
}

/// <summary>The rules of a rollout, for admission, reconciler and CLI. Thread-safe.</summary>
public static class RolloutRules
{
    private static readonly RolloutValidator Validator = new();

    /// <summary>The faults of the spec; empty when there are none. Never throws for an object that was read from JSON without nulls.</summary>
    public static ImmutableArray<Finding> Check(SyncRollout rollout) => Findings.Of(Validator.Validate(rollout.Spec));
}

/// <summary>The rules of an action, for reconciler and CLI. Also refuses the unknown fields that it was read with. Thread-safe.</summary>
public static class ActionRules
{
    private static readonly ActionValidator Validator = new();

    /// <summary>The faults of the spec; empty when there are none. Never throws for an object that was read from JSON without nulls.</summary>
    public static ImmutableArray<Finding> Check(SyncAction action) =>
        [.. action.UnknownFields, .. Findings.Of(Validator.Validate(action.Spec))];
}

internal static class Findings
{
    public static ImmutableArray<Finding> Of(ValidationResult result) =>
        [
            .. result.Errors.Select(e => new Finding(PathOf(e.PropertyName), e.ErrorMessage)
            {
                IsAdvice = e.Severity != Severity.Error,
            }),
        ];

    /// <summary>Turns <c>Stores[3].Name</c> of a single list into <c>[3].name</c>.</summary>
    public static string PathInList(string property)
    {
        var path = JsonPath(property);
        return path[Math.Max(0, path.IndexOf('[', StringComparison.Ordinal))..];
    }

    /// <summary>Turns <c>Flows[0].MaxStoresPerRun</c> into <c>spec.flows[0].maxStoresPerRun</c>.</summary>
    private static string PathOf(string property) => $"spec.{JsonPath(property)}";

    private static string JsonPath(string property) =>
        string.Join(
            '.',
            property.Split('.', StringSplitOptions.RemoveEmptyEntries).Select(p => char.ToLowerInvariant(p[0]) + p[1..])
        );
}
