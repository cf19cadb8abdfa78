using System.Collections.Immutable;
using FluentValidation.Results;

namespace Operator.Api;

/// <summary>One thing that is wrong with an object: where (<c>spec.flows[0].schedule</c>), and what to do.</summary>
public sealed record Finding(string Path, string Message)
{
    public override string ToString() => $"{Path}: {Message}";
}

/// <summary>What a rule needs from outside.</summary>
public sealed record ConnectorRuleOptions
{
    /// <summary>What is wrong with a schedule in a time zone, or null. Given by the planner, which owns cron. Default: nothing ever is.</summary>
    public Func<string, string, string?> ScheduleProblem { get; init; } = static (_, _) => null;
}

/// <summary>
/// The rules of a connector: the same for admission, reconciler and CLI. Safe to use from many threads. To be made once: it takes
/// far longer than a check.
/// </summary>
public sealed class ConnectorRules(ConnectorRuleOptions options)
{
    private readonly ConnectorValidator _validator = new(options);

    /// <summary>What is wrong with the spec; empty when nothing is. Never throws for an object that was read from JSON without nulls.</summary>
    public ImmutableArray<Finding> Check(MarketplaceConnector connector) =>
        Findings.Of(_validator.Validate(connector.Spec));
}

/// <summary>The rules of a rollout: the same for admission, reconciler and CLI. Safe to use from many threads.</summary>
public static class RolloutRules
{
    private static readonly RolloutValidator Validator = new();

    /// <summary>What is wrong with the spec; empty when nothing is. Never throws for an object that was read from JSON without nulls.</summary>
    public static ImmutableArray<Finding> Check(SyncRollout rollout) => Findings.Of(Validator.Validate(rollout.Spec));
}

/// <summary>The rules of an action: the same for reconciler and CLI. Safe to use from many threads.</summary>
public static class ActionRules
{
    private static readonly ActionValidator Validator = new();

    /// <summary>What is wrong with the spec; empty when nothing is. Never throws for an object that was read from JSON without nulls.</summary>
    public static ImmutableArray<Finding> Check(SyncAction action) => Findings.Of(Validator.Validate(action.Spec));
}

internal static class Findings
{
    public static ImmutableArray<Finding> Of(ValidationResult result) =>
        [.. result.Errors.Select(e => new Finding(PathOf(e.PropertyName), e.ErrorMessage))];

    /// <summary><c>Stores[3].Name</c> of a list that stands alone becomes <c>[3].name</c>.</summary>
    public static string PathInList(string property)
    {
        var path = JsonPath(property);
        return path[Math.Max(0, path.IndexOf('[', StringComparison.Ordinal))..];
    }

    /// <summary><c>Flows[0].MaxStoresPerRun</c> becomes <c>spec.flows[0].maxStoresPerRun</c>.</summary>
    private static string PathOf(string property) => $"spec.{JsonPath(property)}";

    private static string JsonPath(string property) =>
        string.Join(
            '.',
            property.Split('.', StringSplitOptions.RemoveEmptyEntries).Select(p => char.ToLowerInvariant(p[0]) + p[1..])
        );
}
