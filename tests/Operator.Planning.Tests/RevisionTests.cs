using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Tests;

public sealed class RevisionTests
{
    private static readonly ImmutableSortedDictionary<string, string> One = ImmutableSortedDictionary<
        string,
        string
    >.Empty.Add("a", "b");

    public static TheoryData<string, SyncPodSpec> Outside =>
        new()
        {
            { "pull policy", Sync() with { ImagePullPolicy = "Always" } },
            { "pull secrets", Sync() with { ImagePullSecrets = [new LocalObjectReference { Name = "regcred" }] } },
            { "resources", Sync() with { Resources = new PodResources { Limits = One } } },
            { "node selector", Sync() with { NodeSelector = One } },
            { "tolerations", Sync() with { Tolerations = [new Toleration { Key = "a" }] } },
            { "priority", Sync() with { PriorityClassName = "batch" } },
            { "labels", Sync() with { PodLabels = One } },
            { "annotations", Sync() with { PodAnnotations = One } },
            { "a group that is the default", Sync() with { FsGroup = 65532 } },
            { "certificates", Sync() with { CaBundle = Bundle("ca.crt") } },
        };

    public static TheoryData<string, SyncPodSpec> Inside =>
        new()
        {
            { "image", Sync() with { Image = A.Better } },
            { "group", Sync() with { FsGroup = 1 } },
            { "grace", Sync() with { TerminationGracePeriod = new Duration("31s") } },
            { "service account", Sync() with { ServiceAccountName = "sync-workers" } },
        };

    [Fact]
    public void Known_content_keeps_its_hash()
    {
        var rich = Sync() with { Args = ["-v"], Env = [new EnvVar { Name = "A", Value = "1" }], RunAsUser = 1000 };
        var parameters = ImmutableSortedDictionary<string, string>.Empty.Add("page", "50");

        Assert.Equal(
            "dfg8z7vx5t, db6jrln477, jctcdqmtp8",
            string.Join(
                ", ",
                Hash(Sync()),
                Hash(Everything(), A.Flow() with { Parameters = parameters }),
                Hash(rich, A.Flow() with { Parameters = parameters })
            )
        );
    }

    /// <summary>Every field of the content, so that an edit of their order or spelling is noticed.</summary>
    private static SyncPodSpec Everything() =>
        Sync() with
        {
            Args = ["-v"],
            CaBundle = Bundle("ca.crt"),
            Command = ["/sync"],
            Env =
            [
                new EnvVar { Name = "A", Value = "1" },
                new EnvVar
                {
                    Name = "B",
                    ValueFrom = new EnvVarSource { SecretKeyRef = Key("secret") },
                },
                new EnvVar
                {
                    Name = "C",
                    ValueFrom = new EnvVarSource { ConfigMapKeyRef = Key("map") },
                },
            ],
            FsGroup = 1,
            RunAsUser = 1000,
            Scratch = "1Gi",
            ServiceAccountName = "sync-workers",
            TerminationGracePeriod = new Duration("31s"),
        };

    private static KeySelector Key(string name) => new() { Name = name, Key = "key" };

    [Theory]
    [MemberData(nameof(Outside))]
    public void What_only_says_where_and_how_big_makes_no_new_revision(string what, SyncPodSpec sync)
    {
        Assert.True(Hash(Sync()) == Hash(sync), what);
    }

    [Theory]
    [MemberData(nameof(Inside))]
    public void What_may_change_how_a_sync_behaves_makes_a_new_revision(string what, SyncPodSpec sync)
    {
        Assert.True(Hash(Sync()) != Hash(sync), what);
    }

    [Fact]
    public void A_revision_holds_the_values_of_ConfigMaps()
    {
        var one = Formed(WithMap(), NoValues.Add("map/key", "one"));
        var two = Formed(WithMap(), NoValues.Add("map/key", "two"));

        Assert.NotEqual(one.Hash, two.Hash);
        Assert.Equal("one", one.Values["map/key"]);
        Assert.Equal("two", two.Values["map/key"]);
    }

    [Fact]
    public void Content_with_a_missing_key_can_not_be_formed()
    {
        var unformed = Assert.IsType<DesiredContent.Unformed>(Content(WithMap(), NoValues.Add("map/key", null)));

        Assert.True(unformed.IsMissing);
        Assert.Contains("map/key", unformed.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(32 * 1024, 1, true)]
    [InlineData((32 * 1024) + 1, 1, false)]
    [InlineData(32 * 1024, 2, true)]
    [InlineData(22 * 1024, 3, false)]
    public void Values_of_ConfigMaps_have_a_largest_size(int bytes, int keys, bool isFormed)
    {
        // Two bytes a character: the limit counts bytes.
        var value = new string('é', bytes / 2) + new string('x', bytes % 2);
        var sync = Sync() with
        {
            Env =
            [
                .. Enumerable
                    .Range(0, keys)
                    .Select(i => new EnvVar
                    {
                        Name = $"V{i}",
                        ValueFrom = new EnvVarSource { ConfigMapKeyRef = Key($"m{i}") },
                    }),
            ],
        };

        var content = Content(
            sync,
            NoValues.AddRange(Enumerable.Range(0, keys).Select(i => KeyValuePair.Create($"m{i}/key", (string?)value)))
        );

        Assert.Equal(isFormed, content is DesiredContent.Formed);
        if (content is DesiredContent.Unformed unformed)
        {
            Assert.False(unformed.IsMissing);
            Assert.Contains($"{(keys == 1 ? bytes : bytes * keys)} bytes", unformed.Why, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_revision_holds_nothing_of_what_is_outside_it()
    {
        var spec = new ConnectorSpec { Sync = Outside.Select(row => row.Data.Item2).Aggregate(Merged) };

        var revision = Formed(spec.Sync, NoValues);

        Assert.Null(revision.Sync.PriorityClassName);
        Assert.Null(revision.Sync.Resources);
        Assert.Empty(revision.Sync.NodeSelector);
        Assert.Empty(revision.Sync.PodLabels);
        Assert.Empty(revision.Sync.Tolerations);
    }

    private static readonly ImmutableSortedDictionary<string, string?> NoValues = ImmutableSortedDictionary.Create<
        string,
        string?
    >(StringComparer.Ordinal);

    private static SyncPodSpec Sync() => new() { Image = A.Good };

    private static SyncPodSpec Merged(SyncPodSpec a, SyncPodSpec b) =>
        a with
        {
            Resources = a.Resources ?? b.Resources,
            NodeSelector = a.NodeSelector.SetItems(b.NodeSelector),
            Tolerations = [.. a.Tolerations, .. b.Tolerations],
            PriorityClassName = a.PriorityClassName ?? b.PriorityClassName,
            PodLabels = a.PodLabels.SetItems(b.PodLabels),
        };

    private static CaBundle Bundle(string key) =>
        new()
        {
            ConfigMapKeyRef = new KeySelector { Name = "corp-ca", Key = key },
        };

    private static SyncPodSpec WithMap() =>
        Sync() with
        {
            Env =
            [
                new EnvVar
                {
                    Name = "MODE",
                    ValueFrom = new EnvVarSource { ConfigMapKeyRef = Key("map") },
                },
            ],
        };

    private static string Hash(SyncPodSpec sync, params ImmutableArray<Flow> flows) =>
        Formed(sync, NoValues.Add("map/key", "value"), flows).Hash;

    private static Revision Formed(
        SyncPodSpec sync,
        ImmutableSortedDictionary<string, string?> values,
        params ImmutableArray<Flow> flows
    ) => Assert.IsType<DesiredContent.Formed>(Content(sync, values, flows)).Revision;

    private static DesiredContent Content(
        SyncPodSpec sync,
        ImmutableSortedDictionary<string, string?> values,
        params ImmutableArray<Flow> flows
    ) => RevisionContent.Of(new ConnectorSpec { Sync = sync, Flows = flows }, values, DateTimeOffset.UnixEpoch);
}
