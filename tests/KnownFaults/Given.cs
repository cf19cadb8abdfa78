namespace Operator.Testing;

/// <summary>What a known fault's set-up relies on. Not an assertion: a broken set-up fails the test and never looks like the fault.</summary>
internal static class Given
{
    public static void That(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"the set-up of this known fault is broken: it needs {what}");
        }
    }
}
