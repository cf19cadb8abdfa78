using System.Collections.Immutable;
using System.Globalization;
using FluentValidation;

namespace Operator.Api;

/// <summary>Shared rules of our validators. Messages show the value as written, then what to write instead.</summary>
internal static class Rules
{
    public static IRuleBuilderOptions<T, TProperty> Must<T, TProperty>(
        this IRuleBuilder<T, TProperty> rule,
        Func<TProperty, bool> isSane,
        Func<TProperty, string> message
    ) => rule.Must(isSane).WithMessage((_, value) => message(value));

    public static void ObjectName<T>(this IRuleBuilder<T, string> rule, string kind, bool isAbsentFine = false) =>
        rule.Must(
            name => (isAbsentFine && name is null) || Texts.IsObjectName(name),
            name =>
                string.IsNullOrEmpty(name)
                    ? $"the name of the {kind} is missing; give the name of one in this namespace"
                    : $"{Texts.Quote(name)} is no name of a {kind}; use lower-case letters, digits, dashes and single dots, at most 253"
        );

    public static void DnsLabel<T>(this IRuleBuilder<T, string> rule, string what) =>
        rule.Must(
            Texts.IsDnsLabel,
            name => $"{Texts.Quote(name)} is no {what} name; use lower-case letters, digits and dashes, at most 63"
        );

    public static void ApiName<T>(this IRuleBuilder<T, string> rule) =>
        rule.Must(
            Texts.IsParameterName,
            name =>
                $"{Texts.Quote(name)} is no name of an API; use letters, digits, dashes, underscores and dots, at most 63"
        );

    public static void Between<T>(this IRuleBuilder<T, int> rule, int least, int most) =>
        rule.Must(n => n >= least && n <= most, n => $"{n} is out of range; use {least} to {most}");

    /// <summary>Null is fine: a default holds then.</summary>
    public static void Between<T>(this IRuleBuilder<T, int?> rule, int least, int most) =>
        rule.Must(
            n => n is null || (n >= least && n <= most),
            n => string.Create(CultureInfo.InvariantCulture, $"{n} is out of range; use {least} to {most}")
        );

    public static void Percentage<T>(this IRuleBuilder<T, Percent> rule, string example) =>
        rule.Must(
            p => p.TryGet(out var fraction) && fraction <= 1,
            p => $"{Texts.Quote(p)} is no percentage from 0% to 100%; write for example {example}"
        );

    public static void Between<T>(this IRuleBuilder<T, Duration> rule, TimeSpan least, TimeSpan most) =>
        rule.Must(d => IsBetween(d, least, most), d => SayBetween(d, least, most));

    /// <summary>Null is fine: a default holds then.</summary>
    public static void Between<T>(this IRuleBuilder<T, Duration?> rule, TimeSpan least, TimeSpan most) =>
        rule.Must(
            d => d is not { } written || IsBetween(written, least, most),
            d => d is { } written ? SayBetween(written, least, most) : ""
        );

    /// <summary>
    /// Between <paramref name="least"/> and <paramref name="most"/> entries; with a least of 0 the list may be left out.
    /// </summary>
    public static void Count<T, TItem>(
        this IRuleBuilder<T, ImmutableArray<TItem>> rule,
        int least,
        int most,
        string what
    ) =>
        rule.Must(
            list => list.Length >= least && list.Length <= most,
            list =>
                list.IsEmpty
                    ? $"there are no {what}; list at least {least}"
                    : $"there are {list.Length} {what}; list at most {most}"
        );

    /// <summary>No two entries have the same name (or other field); <paramref name="list"/> is the list's full path.</summary>
    public static void Unique<T, TItem>(
        this IRuleBuilder<T, ImmutableArray<TItem>> rule,
        string list,
        Func<TItem, string> name,
        string field = "name"
    ) =>
        rule.Custom(
            (items, context) =>
            {
                var first = new Dictionary<string, int>(StringComparer.Ordinal);
                for (var i = 0; i < items.Length; i++)
                {
                    var twin = name(items[i]) ?? "";
                    if (!first.TryAdd(twin, i))
                    {
                        context.AddFailure(
                            $"{list[(list.LastIndexOf('.') + 1)..]}[{i}].{field}",
                            $"{Texts.Quote(twin)} is the {field} of {list}[{first[twin]}] too; give each its own {field}"
                        );
                    }
                }
            }
        );

    private static bool IsBetween(Duration duration, TimeSpan least, TimeSpan most) =>
        duration.TryGet(out var value) && value >= least && value <= most;

    private static string SayBetween(Duration duration, TimeSpan least, TimeSpan most) =>
        duration.TryGet(out _)
            ? $"{Texts.Quote(duration)} is out of range; use {Say(least)} to {Say(most)}"
            : $"{Texts.Quote(duration)} is no duration; write for example 90s, 10m or 1h30m";

    private static string Say(TimeSpan span) =>
        span switch
        {
            { TotalSeconds: < 60 } => $"{span.TotalSeconds:0}s",
            { TotalMinutes: < 60 } => $"{span.TotalMinutes:0}m",
            _ => $"{span.TotalHours:0}h",
        };
}
