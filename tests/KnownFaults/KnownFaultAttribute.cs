using System.Runtime.CompilerServices;
using Xunit.v3;

namespace Operator.Testing;

/// <summary>
/// Marks a test that asserts the right behaviour while the product is still wrong. The test passes while its assertion fails.
/// It fails when the fault is fixed: then replace the attribute by <c>[Fact]</c>. Any exception other than a failed assertion
/// fails the test, because it shows a broken set-up. When the fault is an exception, assert that no exception is thrown.
/// </summary>
/// <param name="issue">The issue that fixes the fault, such as "2 of 11".</param>
/// <param name="item">The numbered item of that issue.</param>
/// <param name="sourceFilePath">Filled in by the compiler.</param>
/// <param name="sourceLineNumber">Filled in by the compiler.</param>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer(typeof(KnownFaultDiscoverer))]
internal sealed class KnownFaultAttribute(
    string issue,
    int item,
    [CallerFilePath] string? sourceFilePath = null,
    [CallerLineNumber] int sourceLineNumber = -1
) : FactAttribute(sourceFilePath, sourceLineNumber), ITraitAttribute
{
    public string Issue { get; } = issue;
    public int Item { get; } = item;

    public KnownFault Fault => new(Issue, Item);

    /// <summary>Makes <c>--filter "KnownFault=2 of 11"</c> select the tests of an issue.</summary>
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("KnownFault", Issue)];
}
