using System.Collections.Immutable;
using FluentValidation.Results;

namespace Operator.Api;

/// <summary>One thing that is wrong with an object: where, and what to do.</summary>
public sealed record Finding(string Path, string Message)
{
    public override string ToString() => $"{Path}: {Message}";
}

/// <summary>What a rule needs from outside.</summary>
public sealed record ConnectorRuleOptions
{
    /// <summary>What is wrong with a schedule in a time zone, or null. Given by the planner, which owns cron.</summary>
    public Func<string, string, string?> ScheduleProblem { get; init; } = static (_, _) => null;
}

/// <summary>The rules of a connector: the same for admission, reconciler and CLI.</summary>
public static class ConnectorRules
{
    public static ImmutableArray<Finding> Check(MarketplaceConnector connector, ConnectorRuleOptions options) =>
        Findings.Of(new ConnectorValidator(options).Validate(connector.Spec));
}

/// <summary>The rules of a rollout: the same for admission, reconciler and CLI.</summary>
public static class RolloutRules
{
    public static ImmutableArray<Finding> Check(SyncRollout rollout) => Findings.Of(new RolloutValidator().Validate(rollout.Spec));
}

internal static class Findings
{
    public static ImmutableArray<Finding> Of(ValidationResult result) =>
        [.. result.Errors.Select(e => new Finding(PathOf(e.PropertyName), e.ErrorMessage))];

    /// <summary><c>Flows[0].MaxStoresPerRun</c> becomes <c>spec.flows[0].maxStoresPerRun</c>.</summary>
    private static string PathOf(string property)
    {
        var parts = property.Split('.', StringSplitOptions.RemoveEmptyEntries);
        return string.Join('.', parts.Select(p => char.ToLowerInvariant(p[0]) + p[1..]).Prepend("spec"));
    }
}
