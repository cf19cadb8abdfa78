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
        if (details.SkipReason is not null || details.Explicit || details.Timeout > 0)
        {
            return new([
                new ExecutionErrorTestCase(
                    details.ResolvedTestMethod,
                    details.TestCaseDisplayName,
                    details.UniqueID,
                    details.SourceFilePath,
                    details.SourceLineNumber,
                    "a known fault has no Skip, Explicit or Timeout; take it off"
                ),
            ]);
        }
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
