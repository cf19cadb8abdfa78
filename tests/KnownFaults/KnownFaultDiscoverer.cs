using Xunit.Sdk;
using Xunit.v3;

namespace Operator.Testing;

internal sealed class KnownFaultDiscoverer : IXunitTestCaseDiscoverer
{
    public ValueTask<IReadOnlyCollection<IXunitTestCase>> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions,
        IXunitTestMethod testMethod,
        IFactAttribute factAttribute
    )
    {
        var details = TestIntrospectionHelper.GetTestCaseDetails(discoveryOptions, testMethod, factAttribute);
        var fault = ((KnownFaultAttribute)factAttribute).Fault;
        return new([
            new KnownFaultTestCase(
                details.ResolvedTestMethod,
                $"{details.TestCaseDisplayName} ({fault})",
                details.UniqueID,
                testMethod.Traits.ToDictionary(
                    t => t.Key,
                    t => t.Value.ToHashSet(StringComparer.OrdinalIgnoreCase),
                    StringComparer.OrdinalIgnoreCase
                ),
                details.SourceFilePath,
                details.SourceLineNumber
            ),
        ]);
    }
}
