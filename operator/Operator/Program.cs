namespace Operator;

internal static class Program
{
    private static void Main() { }
}
