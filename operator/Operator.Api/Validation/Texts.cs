using System.Text.RegularExpressions;

namespace Operator.Api;

/// <summary>
/// Text formats that Kubernetes would reject later and less clearly. The CRDs contain the same patterns (a test compares
/// them).
/// </summary>
internal static partial class Texts
{
    public const int LongestLabel = 63;
    public const int LongestName = 253;
    private const int LongestImage = 512;
    private const int LongestKeyPrefix = LongestName - LongestLabel;
    private const int LongestShown = 80;

    // \z and not $: $ would accept a line feed at the end, which Kubernetes does not.
    internal const string DnsLabelPattern = @"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z";
    internal const string ObjectNamePattern = @"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z";
    internal const string DataKeyPattern = @"^[-._a-zA-Z0-9]+\z";
    internal const string EnvNamePattern = @"^[A-Za-z_.-][A-Za-z0-9_.-]*\z";
    internal const string SitePattern = @"^[-._:A-Za-z0-9]+\z";
    internal const string TimeZonePattern = @"^[A-Za-z0-9_+/-]+\z";
    internal const string ParameterNamePattern = @"^[A-Za-z0-9]([-._A-Za-z0-9]*[A-Za-z0-9])?\z";
    internal const string ResourceNamePattern =
        @"^([a-z0-9]([-.a-z0-9]*[a-z0-9])?/)?[A-Za-z0-9]([-._A-Za-z0-9]*[A-Za-z0-9])?\z";
    internal const string LabelKeyPattern =
        @"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-._A-Za-z0-9]*[A-Za-z0-9])?\z";
    internal const string LabelValuePattern = @"^([A-Za-z0-9]([-._A-Za-z0-9]*[A-Za-z0-9])?)?\z";

    /// <summary>
    /// Registry host with port, lower-case path, tag, digest. As in container runtimes, the first part is a host only when
    /// it has a dot or a port or is localhost: in <c>Acme/sync:1</c> the first part is a path, and paths must be
    /// lower-case.
    /// </summary>
    internal const string ImagePattern =
        @"^(((localhost|[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)+|\[[0-9a-fA-F:]+\])(:[0-9]{1,5})?|[a-zA-Z0-9-]+:[0-9]{1,5})/)?"
        + @"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*"
        + @"(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@[a-z0-9]+:[0-9a-f]{32,128})?\z";

    public static bool IsDnsLabel(string? text) => text?.Length <= LongestLabel && DnsLabel().IsMatch(text);

    public static bool IsObjectName(string? text) => text?.Length <= LongestName && ObjectName().IsMatch(text);

    /// <summary>A key of a Secret or ConfigMap. A key that begins with two dots cannot be a file.</summary>
    public static bool IsDataKey(string? text) =>
        text?.Length <= LongestName
        && DataKey().IsMatch(text)
        && text is not "."
        && !text.StartsWith("..", StringComparison.Ordinal);

    /// <summary>A prefix that is short enough to be a key together with the longest key of a store.</summary>
    public static bool IsKeyPrefix(string? text) =>
        text?.Length <= LongestKeyPrefix && DataKey().IsMatch(text) && !text.StartsWith("..", StringComparison.Ordinal);

    public static bool IsEnvName(string? text) => text?.Length <= LongestName && EnvName().IsMatch(text);

    public static bool IsSite(string? text) => text?.Length <= 40 && Site().IsMatch(text);

    public static bool IsTimeZone(string? text) => text?.Length <= 64 && TimeZone().IsMatch(text);

    public static bool IsParameterName(string? text) => text?.Length <= LongestLabel && ParameterName().IsMatch(text);

    public static bool IsResourceName(string? text) => text?.Length <= LongestName && ResourceName().IsMatch(text);

    /// <summary>A key of a label, annotation or taint: an optional DNS prefix and a name of at most 63.</summary>
    public static bool IsLabelKey(string? text) =>
        text is not null
        && LabelKey().IsMatch(text)
        && text.Length - text.IndexOf('/') - 1 <= LongestLabel
        && text.IndexOf('/') <= LongestName;

    public static bool IsLabelValue(string? text) => text?.Length <= LongestLabel && LabelValue().IsMatch(text);

    public static bool IsImage(string? text) => text?.Length <= LongestImage && Image().IsMatch(text);

    /// <summary>The value in quotes, cut to 80 characters so that it does not fill a condition.</summary>
    public static string Quote(object? value)
    {
        var text = value?.ToString() ?? "";
        return text.Length <= LongestShown ? $"'{text}'" : $"'{text[..LongestShown]}…'";
    }

    [GeneratedRegex(DnsLabelPattern, RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex DnsLabel();

    [GeneratedRegex(ObjectNamePattern, RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex ObjectName();

    [GeneratedRegex(DataKeyPattern, RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex DataKey();

    [GeneratedRegex(EnvNamePattern, RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex EnvName();

    [GeneratedRegex(SitePattern, RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Site();

    [GeneratedRegex(TimeZonePattern, RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex TimeZone();

    [GeneratedRegex(ParameterNamePattern, RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex ParameterName();

    [GeneratedRegex(ResourceNamePattern, RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex ResourceName();

    [GeneratedRegex(LabelKeyPattern, RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex LabelKey();

    [GeneratedRegex(LabelValuePattern, RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex LabelValue();

    [GeneratedRegex(ImagePattern, RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Image();
}
