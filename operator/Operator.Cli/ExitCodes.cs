namespace Operator.Cli;

/// <summary>Exit codes of the program.</summary>
internal static class ExitCodes
{
    public const int Fine = 0;
    public const int Findings = 1;
    public const int Unusable = 2;
}
