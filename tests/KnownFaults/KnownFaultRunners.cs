using System.Reflection;
using Xunit.v3;

namespace Operator.Testing;

internal sealed class KnownFaultTestCaseRunner : XunitTestCaseRunner
{
    protected override ValueTask<RunSummary> RunTest(XunitTestCaseRunnerContext ctxt, IXunitTest test) =>
        new KnownFaultTestRunner().Run(
            test,
            ctxt.MessageBus,
            ctxt.ConstructorArguments,
            ctxt.ExplicitOption,
            ctxt.Aggregator.Clone(),
            ctxt.CancellationTokenSource,
            ctxt.BeforeAfterTestAttributes
        );
}

/// <summary>Inverts the result of the test method only. A failure of the class's constructor or disposal stays a failure.</summary>
internal sealed class KnownFaultTestRunner : XunitTestRunner
{
    protected override async ValueTask<TimeSpan> InvokeTest(XunitTestRunnerContext ctxt, object? testClassInstance)
    {
        var elapsed = await base.InvokeTest(ctxt, testClassInstance);
        var fault = ctxt.TestMethod.GetCustomAttribute<KnownFaultAttribute>()!.Fault; // only its discoverer makes this test
        var failure = ctxt.Aggregator.ToException();
        ctxt.Aggregator.Clear();
        if (fault.Invert(failure) is { } verdict)
        {
            ctxt.Aggregator.Add(verdict);
        }
        else
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{fault}, still there: {failure!.Message}");
        }
        return elapsed;
    }
}
