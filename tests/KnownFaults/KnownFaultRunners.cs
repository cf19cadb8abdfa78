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

/// <summary>Turns round what the test's method says; construction and disposal of its class must not fail.</summary>
internal sealed class KnownFaultTestRunner : XunitTestRunner
{
    protected override async ValueTask<TimeSpan> InvokeTest(XunitTestRunnerContext ctxt, object? testClassInstance)
    {
        var elapsed = await base.InvokeTest(ctxt, testClassInstance);
        var fault = ctxt.TestMethod.GetCustomAttribute<KnownFaultAttribute>()!.Fault; // its discoverer made this test
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
