using System.ComponentModel;
using Xunit.Sdk;
using Xunit.v3;

namespace Operator.Testing;

internal sealed class KnownFaultTestCase : XunitTestCase, ISelfExecutingXunitTestCase
{
    [EditorBrowsable(EditorBrowsableState.Never)]
    [Obsolete("For the runner, which reads test cases back")]
    public KnownFaultTestCase() { }

    public KnownFaultTestCase(
        IXunitTestMethod method,
        string displayName,
        string uniqueId,
        Dictionary<string, HashSet<string>> traits,
        string? sourceFilePath,
        int? sourceLineNumber
    )
        : base(
            method,
            displayName,
            uniqueId,
            @explicit: false,
            traits: traits,
            sourceFilePath: sourceFilePath,
            sourceLineNumber: sourceLineNumber
        ) { }

    public async ValueTask<RunSummary> Run(
        ExplicitOption explicitOption,
        IMessageBus messageBus,
        object?[] constructorArguments,
        ExceptionAggregator aggregator,
        CancellationTokenSource cancellationTokenSource
    ) =>
        await new KnownFaultTestCaseRunner().Run(
            this,
            await CreateTests(),
            messageBus,
            aggregator.Clone(),
            cancellationTokenSource,
            TestCaseDisplayName,
            SkipReason,
            explicitOption,
            constructorArguments
        );
}
