using Operator.Testing;
using Xunit.Sdk;

namespace Operator.Planning.Tests.KnownFaults;

public sealed class KnownFaultTests
{
    private static readonly KnownFault Fault = new("2 of 11", 7);

    [Fact]
    public void A_failed_assertion_is_the_known_fault()
    {
        var failure = Xunit.Record.Exception(() => Assert.Equal(20, 0));

        Assert.Null(Fault.Invert(failure));
    }

    [Fact]
    public void Any_other_exception_stays_a_failure()
    {
        var failure = Xunit.Record.Exception(() => Given.That(false, "a pod"));

        Assert.Same(failure, Fault.Invert(failure));
        Assert.IsNotType<IAssertionException>(failure, exactMatch: false);
    }

    [Fact]
    public void An_assertion_that_may_hide_a_crash_stays_a_failure()
    {
        var crash = Xunit.Record.Exception(() => Assert.All([1], _ => Given.That(false, "a pod")));
        var skip = SkipException.ForSkip("no cluster");

        Assert.Same(crash, Fault.Invert(crash));
        Assert.Same(skip, Fault.Invert(skip));
    }

    [Fact]
    public void A_body_that_passes_is_an_error_that_says_what_to_do()
    {
        var verdict = Fault.Invert(null);

        Assert.Equal(
            "this known fault is mended: take off [KnownFault(\"2 of 11\", 7)] and make it a [Fact]",
            verdict?.Message
        );
    }
}
