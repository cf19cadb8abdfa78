namespace Operator.Cli;

/// <summary>What the program tells a script.</summary>
internal static class ExitCodes
{
    public const int Fine = 0;
    public const int Findings = 1;
    public const int Unusable = 2;
}
