namespace Operator.Planning.Facts;

/// <summary>The error classes of reports in words. A letter is never shown without its word.</summary>
public static class ErrorClasses
{
    /// <summary>Such as <c>n (internal)</c>.</summary>
    public static string Describe(char errorClass) => $"{errorClass} ({WordOf(errorClass)})";

    private static string WordOf(char errorClass) =>
        errorClass switch
        {
            't' => "throttled",
            'a' => "authentication",
            'p' => "policy",
            'i' => "invalid",
            'u' => "upstream",
            'x' => "timeout",
            'n' => "internal",
            _ => "unknown",
        };
}
