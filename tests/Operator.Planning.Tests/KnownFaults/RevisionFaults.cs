using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Testing;

namespace Operator.Planning.Tests.KnownFaults;

/// <summary>Which changes are new content, and the form of a revision's hash.</summary>
public sealed partial class RevisionFaults
{
    [KnownFault("4 of 11", 29)]
    public void No_revision_reads_as_a_number_in_YAML()
    {
        var hashes = Enumerable
            .Range(0, 2_000)
            .Select(i => Hash(s => s with { Image = $"registry.example.com/sync:{i}" }));

        Assert.Equal(0, hashes.Count(h => Number().IsMatch(h)));
    }

    [KnownFault("4 of 11", 29)]
    public void The_same_quantity_spelt_otherwise_is_the_same_content() =>
        Assert.Equal(Hash(s => s with { Scratch = "1Gi" }), Hash(s => s with { Scratch = "1024Mi" }));

    [KnownFault("4 of 11", 29)]
    public void The_default_quantity_spelt_otherwise_is_the_same_content() =>
        Assert.Equal(Hash(s => s), Hash(s => s with { Scratch = "65536Ki" }));

    [KnownFault("4 of 11", 29)]
    public void The_same_duration_spelt_otherwise_is_the_same_content() =>
        Assert.Equal(Hash(s => Grace(s, "90s")), Hash(s => Grace(s, "1m30s")));

    [KnownFault("4 of 11", 29)]
    public void The_default_duration_spelt_otherwise_is_the_same_content() =>
        Assert.Equal(Hash(s => s), Hash(s => Grace(s, "0.5m")));

    [KnownFault("4 of 11", 29)]
    public void The_same_steps_spelt_otherwise_are_the_same_steps() =>
        Assert.Equal(StepsHash("90s"), StepsHash("1m30s"));

    [KnownFault("4 of 11", 29)]
    public void A_duration_spelt_otherwise_clears_no_conviction()
    {
        var world = A.SettledWorld();
        world.Versions[A.Bad] = new Behaviour { Ok = 5, Failed = 5 };
        world.ShipImage(A.Bad);
        world.Run(TimeSpan.FromMinutes(5), w => w.Record.Revisions.Rejected is not null);
        Given.That(world.Record.Revisions.Rejected is not null, "a version that was rolled back");

        world.Connector = world.Connector.WithSync(s => Grace(s, "0.5m"));
        world.Step();

        Assert.NotNull(world.Record.Revisions.Rejected);
    }

    [KnownFault("4 of 11", 29)]
    public void Annotations_of_pods_are_no_content() =>
        Assert.Equal(
            Hash(s => s),
            Hash(s => s with { PodAnnotations = ImmutableSortedDictionary<string, string>.Empty.Add("team", "shop") })
        );

    private static SyncPodSpec Grace(SyncPodSpec sync, string grace) =>
        sync with
        {
            TerminationGracePeriod = new Duration(grace),
        };

    private static string Hash(Func<SyncPodSpec, SyncPodSpec> edit) =>
        RevisionContent
            .Of(
                A.Connector(DateTimeOffset.UnixEpoch).WithSync(edit).Spec,
                ImmutableSortedDictionary<string, string?>.Empty,
                DateTimeOffset.UnixEpoch
            )
            .Hash!; // the spec refers to no ConfigMap

    private static string StepsHash(string minDuration) =>
        Rollouts.StepPlan.HashOf([
            new RolloutStep { Stores = new StoreShare("5%"), MinDuration = new Duration(minDuration) },
        ]);

    [GeneratedRegex("^[0-9]+(e[0-9]+)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Number();
}
