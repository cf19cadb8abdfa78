using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Content;

/// <summary>Which changes are new content, and the form of a revision's hash.</summary>
public sealed partial class SameContentTests
{
    [Fact]
    public void No_revision_reads_as_a_number_in_YAML()
    {
        var hashes = Enumerable
            .Range(0, 2_000)
            .Select(i => Hash(s => s with { Image = $"registry.example.com/sync:{i}" }));

        Assert.Equal(0, hashes.Count(h => Number().IsMatch(h)));
    }

    [Fact]
    public void The_same_quantity_spelt_otherwise_is_the_same_content() =>
        Assert.Equal(Hash(s => s with { Scratch = "1Gi" }), Hash(s => s with { Scratch = "1024Mi" }));

    [Fact]
    public void The_default_quantity_spelt_otherwise_is_the_same_content() =>
        Assert.Equal(Hash(s => s), Hash(s => s with { Scratch = "65536Ki" }));

    [Fact]
    public void The_same_duration_spelt_otherwise_is_the_same_content() =>
        Assert.Equal(Hash(s => Grace(s, "90s")), Hash(s => Grace(s, "1m30s")));

    [Fact]
    public void The_default_duration_spelt_otherwise_is_the_same_content() =>
        Assert.Equal(Hash(s => s), Hash(s => Grace(s, "0.5m")));

    [Fact]
    public void The_same_steps_spelt_otherwise_are_the_same_steps() =>
        Assert.Equal(StepsHash("90s"), StepsHash("1m30s"));

    [Fact]
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

    [Fact]
    public void Annotations_of_pods_are_no_content() =>
        Assert.Equal(
            Hash(s => s),
            Hash(s => s with { PodAnnotations = ImmutableSortedDictionary<string, string>.Empty.Add("team", "shop") })
        );

    /// <summary>YAML 1.1 also reads 1_000, 0x1f, 1e3, yes and no as something else than text.</summary>
    [Fact]
    public void A_revision_begins_with_a_letter_and_has_no_vowel()
    {
        foreach (var i in Enumerable.Range(0, 2_000))
        {
            Assert.Matches(SafeName(), Hash(s => s with { Image = $"registry.example.com/sync:{i}" }));
        }
    }

    /// <summary>Operators before this one named revisions in hex digits, and held annotations in them.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Content_of_a_record_of_an_older_operator_is_the_same_content(bool isRejected)
    {
        var world = A.SettledWorld();
        if (isRejected)
        {
            world.Versions[A.Bad] = new Behaviour { Ok = 5, Failed = 5 };
            world.ShipImage(A.Bad);
            world.Run(TimeSpan.FromMinutes(5), w => w.Record.Revisions.Rejected is not null);
        }
        var seen = world.Observe();
        var record = ((RecordSight.Found)seen.Record).Record; // a settled world has one
        var content = world.Record.Revisions;
        var old = isRejected ? content.Rejected!.Hash! : content.StableHash!; // see above
        var renamed = content.Find(old)! with
        {
            Hash = "12345e6789",
            Sync = content.Find(old)!.Sync with
            {
                PodAnnotations = ImmutableSortedDictionary<string, string>.Empty.Add("team", "shop"),
            },
        };

        var plan = Planner.Plan(
            seen with
            {
                Record = new RecordSight.Found(
                    record with
                    {
                        Revisions = content with
                        {
                            Items = content.Items.Replace(content.Find(old)!, renamed), // it has it
                            StableHash = isRejected ? content.StableHash : renamed.Hash,
                            Rejected = isRejected ? content.Rejected! with { Hash = renamed.Hash } : null, // see above
                        },
                    }
                ),
            }
        );

        Assert.Null(plan.Record.RunningAttempt);
        Assert.Equal(isRejected ? content.StableHash : "12345e6789", plan.Record.Revisions.StableHash);
        Assert.Equal(isRejected, plan.Record.Revisions.Rejected is { Hash: "12345e6789" });
        Assert.Equal(content.Items.Length, plan.Record.Revisions.Items.Length);
    }

    /// <summary>Operators before this one kept the hash of the steps as they were written.</summary>
    [Fact]
    public void An_attempt_of_an_older_operator_stays_in_its_step()
    {
        RolloutStep[] steps =
        [
            new() { Stores = new StoreShare("10%"), MinDuration = new Duration("1m30s") },
            new() { Stores = new StoreShare("10%"), MinDuration = new Duration("1h") },
            new() { Stores = new StoreShare("100%"), MinDuration = new Duration("1h") },
        ];
        var text = string.Join('\n', steps.Select(s => $"{s.Stores}|{s.MinDuration}"));
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
        var attempt = new Attempt
        {
            Order = [.. Enumerable.Range(0, 10).Select(i => $"store-{i}")],
            Cohort = 1,
            Step = 1,
            StepsHash = hash,
        };

        Assert.Equal(1, Rollouts.StepPlan.Of([.. steps], attempt).Index);
    }

    [Fact]
    public void The_same_share_spelt_otherwise_is_the_same_step() =>
        Assert.Equal(
            Rollouts.StepPlan.HashOf([new RolloutStep { Stores = new StoreShare("5%") }]),
            Rollouts.StepPlan.HashOf([new RolloutStep { Stores = new StoreShare("5.0%") }])
        );

    [Fact]
    public void Numbers_and_shares_are_other_steps() =>
        Assert.NotEqual(
            Rollouts.StepPlan.HashOf([new RolloutStep { Stores = new StoreShare("1") }]),
            Rollouts.StepPlan.HashOf([new RolloutStep { Stores = new StoreShare("100%") }])
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

    [GeneratedRegex("^[bcdfghjklmnpqrstvwxz][bcdfghjklmnpqrstvwxz2456789]{9}$", RegexOptions.None, 1000)]
    private static partial Regex SafeName();

    [GeneratedRegex("^[0-9]+(e[0-9]+)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Number();
}
