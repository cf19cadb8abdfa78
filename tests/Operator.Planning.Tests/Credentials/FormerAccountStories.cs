using Operator.Api;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Credentials;

/// <summary>A former account belongs to the run that was planned with it, not to the store: later runs of the store have another one.</summary>
public sealed class FormerAccountStories
{
    /// <summary>Two names of one account by mistake. One of them gets its own, while it runs: from its next run on, both run at once.</summary>
    [Fact]
    public void A_mistake_that_is_mended_while_a_run_is_live_holds_nobody_after_that_run()
    {
        var lab = Lab(Named("acme-eu", "acme."), Named("acme-de", "acme."));
        lab.RunTo(lab.NextSlot.AddSeconds(61));
        var first = Assert.Single(lab.Flow.Entries, e => e.Result is null).Stores[0];
        var second = first == "acme-eu" ? "acme-de" : "acme-eu";

        lab.Connector = lab.Connector.WithStores(Named(first, "own."), Named(second, "acme."));
        lab.Run(TimeSpan.FromMinutes(10));
        Given.That(lab.Created.Count >= 4, "runs after the edit");
        var slot = lab.NextSlot;
        lab.RunTo(slot.AddSeconds(65)); // both are due within a minute

        Assert.Equal(2, lab.Created.Count(c => c.At >= slot));
    }

    /// <summary>The account is edited twice, in two runs. Whoever takes over the second one waits for the second run.</summary>
    [Fact]
    public void Of_two_edits_in_two_runs_each_is_known()
    {
        var lab = Lab(Named("acme-eu", "one."));
        var slot = lab.NextSlot;
        lab.RunTo(slot.AddSeconds(65));
        lab.Connector = lab.Connector.WithStores(Named("acme-eu", "two."));
        lab.RunTo(slot.AddSeconds(430));
        Given.That(lab.Created.Count == 2 && lab.Flow.Entries.Count(e => e.Result is null) == 1, "a second run");

        lab.Connector = lab.Connector.WithStores(Named("acme-eu", "three."), Named("acme-de", "two."));
        lab.RunTo(lab.Created[1].At.AddSeconds(350));

        Assert.DoesNotContain(lab.Created, c => c.Print.Stores.Contains("acme-de"));
    }

    /// <summary>One run, two edits: nobody knows which of both accounts its pod was made with.</summary>
    [Theory]
    [InlineData("one.")]
    [InlineData("two.")]
    public void Of_two_edits_in_one_run_each_is_known(string prefix)
    {
        var lab = Lab(Named("acme-eu", "one."));
        var slot = lab.NextSlot;
        lab.RunTo(slot.AddSeconds(240));
        lab.Connector = lab.Connector.WithStores(Named("acme-eu", "two."));
        lab.Run(TimeSpan.FromSeconds(5));
        Given.That(lab.Flow.Entries.Count(e => e.Result is null) == 1, "a run under way");

        lab.Connector = lab.Connector.WithStores(Named("acme-eu", "three."), Named("acme-de", prefix));
        lab.RunTo(slot.AddMinutes(9));

        var first = lab.Created.First(c => c.Print.Stores.Contains("acme-de"));
        Assert.InRange(first.At, lab.Created[0].At.AddSeconds(350), lab.Created[0].At.AddSeconds(410));
    }

    private static PodLab Lab(params Store[] stores)
    {
        // Longer than the time from one due time to the next.
        var run = TimeSpan.FromSeconds(stores.Length == 1 ? 350 : 100);
        var lab = new PodLab(
            1,
            f =>
                f with
                {
                    MaxStoresPerRun = 1,
                    Spread = new Duration("60s"),
                    Timeout = new Duration("10m"),
                    StartingDeadline = new Duration("2m"),
                }
        );
        lab.Connector = lab.Connector.WithStores(stores);
        lab.Life = (pod, _) => lab.Ordinary(pod, run);
        return lab;
    }

    private static Store Named(string name, string prefix) =>
        new()
        {
            Name = name,
            Credentials = new StoreCredentials
            {
                SecretRef = new StoreSecretReference { Name = "sellers", KeyPrefix = prefix },
            },
        };
}
