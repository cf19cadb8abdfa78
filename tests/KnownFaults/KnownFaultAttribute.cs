using System.Runtime.CompilerServices;
using Xunit.v3;

namespace Operator.Testing;

/// <summary>
/// A test that asserts what is right where the product is still wrong. It passes while its assertion fails, and fails once the
/// fault is mended: then the mark comes off and it becomes a <c>[Fact]</c>. Only a failed assertion counts. Any other exception
/// fails the test, so that a broken set-up never looks like the fault; where the fault is an exception, assert that there is none.
/// </summary>
/// <param name="issue">The issue that mends it, such as "2 of 11".</param>
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

    /// <summary>Lets <c>--filter "KnownFault=2 of 11"</c> choose them.</summary>
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("KnownFault", Issue)];
}
