namespace Operator.Testing;

/// <summary>Checks the set-up of a known-fault test. A broken set-up fails the test, because this is not an assertion.</summary>
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
