using System.Globalization;

namespace Operator.Planning.Facts;

/// <summary>Exit codes in words. A process that a signal ended has 128 plus the number of the signal.</summary>
internal static class ExitCodes
{
    private const int SignalBase = 128;
    private const int MostSignals = 64;
    private const int CannotExecute = 126;
    private const int NotFound = 127;

    /// <summary>Such as <c>exit code 137 (SIGKILL)</c>. <paramref name="reason"/> is the runtime's word.</summary>
    public static string Describe(int code, string reason)
    {
        var meaning = MeaningOf(code) ?? (reason is "" or "Error" or "Completed" ? null : ForeignText.Line(reason, 40));
        return meaning is null
            ? string.Create(CultureInfo.InvariantCulture, $"exit code {code}")
            : string.Create(CultureInfo.InvariantCulture, $"exit code {code} ({meaning})");
    }

    private static string? MeaningOf(int code) =>
        code switch
        {
            CannotExecute => "a command can't be executed",
            NotFound => "a command was not found",
            > SignalBase and <= SignalBase + MostSignals => SignalOf(code - SignalBase),
            _ => null,
        };

    /// <summary>Linux numbers, the same on amd64 and arm64.</summary>
    private static string SignalOf(int signal) =>
        signal switch
        {
            1 => "SIGHUP",
            2 => "SIGINT",
            3 => "SIGQUIT",
            4 => "SIGILL",
            5 => "SIGTRAP",
            6 => "SIGABRT",
            7 => "SIGBUS",
            8 => "SIGFPE",
            9 => "SIGKILL",
            10 => "SIGUSR1",
            11 => "SIGSEGV",
            12 => "SIGUSR2",
            13 => "SIGPIPE",
            14 => "SIGALRM",
            15 => "SIGTERM",
            24 => "SIGXCPU",
            25 => "SIGXFSZ",
            31 => "SIGSYS",
            _ => string.Create(CultureInfo.InvariantCulture, $"signal {signal}"),
        };
}
