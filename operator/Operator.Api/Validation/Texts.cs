using System.Text.RegularExpressions;

namespace Operator.Api;

/// <summary>Forms of texts that Kubernetes itself would refuse later and less clearly.</summary>
internal static partial class Texts
{
    public static bool IsDnsLabel(string text) => text.Length <= 63 && DnsLabel().IsMatch(text);

    public static bool IsObjectName(string text) => text.Length <= 253 && ObjectName().IsMatch(text);

    public static bool IsDataKey(string text) => text.Length <= 253 && DataKey().IsMatch(text) && text is not "." and not "..";

    public static bool IsEnvName(string text) => text.Length <= 253 && EnvName().IsMatch(text);

    public static bool IsImage(string text) => text.Length is > 0 and <= 512 && Image().IsMatch(text);

    public static bool IsQuantity(string text) => text.Length <= 32 && Quantity().IsMatch(text);

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex DnsLabel();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex ObjectName();

    [GeneratedRegex("^[-._a-zA-Z0-9]+$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex DataKey();

    [GeneratedRegex("^[-._a-zA-Z][-._a-zA-Z0-9]*$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex EnvName();

    // Registry host with port, lower-case path, tag or digest: what the container runtimes accept.
    [GeneratedRegex(
        @"^([a-zA-Z0-9][-a-zA-Z0-9.]*(:[0-9]+)?/)?[a-z0-9]+([._/-]+[a-z0-9]+)*(:[A-Za-z0-9_][-A-Za-z0-9_.]{0,127})?(@sha256:[0-9a-f]{64})?$",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Image();

    [GeneratedRegex("^[0-9]+(\\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Quantity();
}
