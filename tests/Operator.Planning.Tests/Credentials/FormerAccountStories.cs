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
        lab.RunTo(lab.NextSlot.AddSeconds(30));
        var first = Assert.Single(lab.Flow.Entries, e => e.Result is null).Stores[0];
        var second = first == "acme-eu" ? "acme-de" : "acme-eu";

        lab.Connector = lab.Connector.WithStores(Named(first, "own."), Named(second, "acme."));
        lab.Run(TimeSpan.FromMinutes(10));
        Given.That(lab.Created.Count >= 4, "runs after the edit");
        var slot = lab.NextSlot;
        lab.RunTo(slot.AddSeconds(30));

        Assert.Equal(2, lab.Created.Count(c => c.At >= slot));
    }

    /// <summary>The account is edited twice, in two runs. Whoever takes over the second one waits for the second run.</summary>
    [Fact]
    public void Of_two_edits_in_two_runs_each_is_known()
    {
        var lab = Lab(Named("acme-eu", "one."));
        lab.RunTo(lab.NextSlot.AddSeconds(30));
        lab.Connector = lab.Connector.WithStores(Named("acme-eu", "two."));
        lab.RunTo(lab.NextSlot.AddSeconds(30));
        Given.That(lab.Flow.Entries.Count(e => e.Result is null) == 1, "a run with the second account");
        var before = lab.Created.Count;

        lab.Connector = lab.Connector.WithStores(Named("acme-eu", "three."), Named("acme-de", "two."));
        lab.Run(TimeSpan.FromSeconds(60));

        Assert.Equal(before, lab.Created.Count);
    }

    /// <summary>One run, two edits: the account of the run is the first one.</summary>
    [Fact]
    public void Of_two_edits_in_one_run_the_first_tells_its_account()
    {
        var lab = Lab(Named("acme-eu", "one."));
        lab.RunTo(lab.NextSlot.AddSeconds(30));
        lab.Connector = lab.Connector.WithStores(Named("acme-eu", "two."));
        lab.Run(TimeSpan.FromSeconds(5));
        var before = lab.Created.Count;

        lab.Connector = lab.Connector.WithStores(
            Named("acme-eu", "three."),
            Named("acme-de", "one."),
            Named("acme-us", "two.")
        );
        lab.RunTo(lab.NextSlot.AddSeconds(-60));
        lab.RunTo(lab.NextSlot.AddSeconds(20));

        Assert.DoesNotContain(
            lab.Created.Skip(before).Where(c => c.At < lab.Created[0].At.AddSeconds(200)),
            c => c.Print.Stores.Contains("acme-de")
        );
        Assert.Equal(3, lab.Created.Skip(before).Select(c => c.Print.Stores[0]).Distinct().Count());
    }

    private static PodLab Lab(params Store[] stores)
    {
        var lab = new PodLab(
            1,
            f => f with { MaxStoresPerRun = 1, Timeout = new Duration("10m"), StartingDeadline = new Duration("2m") }
        );
        lab.Connector = lab.Connector.WithStores(stores);
        lab.Life = (pod, _) => lab.Ordinary(pod, TimeSpan.FromSeconds(100));
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
