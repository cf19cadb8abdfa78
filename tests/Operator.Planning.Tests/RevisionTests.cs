using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Rollouts;

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
            { "a group that is the default", Sync() with { FsGroup = 65532 } },
        };

    public static TheoryData<string, SyncPodSpec> Inside =>
        new()
        {
            { "image", Sync() with { Image = A.Better } },
            { "group", Sync() with { FsGroup = 1 } },
            { "grace", Sync() with { TerminationGracePeriod = new Duration("31s") } },
            { "certificates", Sync() with { CaBundle = Bundle("ca.crt") } },
            { "service account", Sync() with { ServiceAccountName = "sync-workers" } },
            { "annotations", Sync() with { PodAnnotations = One } },
        };

    [Fact]
    public void Content_that_older_versions_knew_keeps_its_hash()
    {
        var rich = Sync() with { Args = ["-v"], Env = [new EnvVar { Name = "A", Value = "1" }], RunAsUser = 1000 };
        var parameters = ImmutableSortedDictionary<string, string>.Empty.Add("page", "50");

        Assert.Equal("2adb1ff12e", Hash(Sync()));
        Assert.Equal("4d27dab4ef", Hash(Everything(), A.Flow() with { Parameters = parameters }));
        Assert.Equal("a6372ad989", Hash(rich, A.Flow() with { Parameters = parameters }));
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
            PodAnnotations = One,
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
    public void New_certificates_are_a_new_revision()
    {
        var spec = new ConnectorSpec { Sync = Sync() with { CaBundle = Bundle("ca.crt") } };

        var selector = Assert.Single(RevisionContent.ReferencedConfigMapKeys(spec));

        Assert.NotEqual(HashWith(spec, selector, "old"), HashWith(spec, selector, "new"));
    }

    [Fact]
    public void A_revision_holds_nothing_of_what_is_outside_it()
    {
        var spec = new ConnectorSpec { Sync = Outside.Select(row => row.Data.Item2).Aggregate(Merged) };

        var revision = RevisionContent.Of(spec, NoHashes, DateTimeOffset.UnixEpoch);

        Assert.Null(revision.Sync.PriorityClassName);
        Assert.Null(revision.Sync.Resources);
        Assert.Empty(revision.Sync.NodeSelector);
        Assert.Empty(revision.Sync.PodLabels);
        Assert.Empty(revision.Sync.Tolerations);
    }

    private static readonly ImmutableSortedDictionary<string, string?> NoHashes = ImmutableSortedDictionary<
        string,
        string?
    >.Empty;

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

    private static string Hash(SyncPodSpec sync, params ImmutableArray<Flow> flows) =>
        RevisionContent.Of(new ConnectorSpec { Sync = sync, Flows = flows }, NoHashes, DateTimeOffset.UnixEpoch).Hash;

    private static string HashWith(ConnectorSpec spec, KeySelector selector, string content) =>
        RevisionContent.Of(spec, NoHashes.Add(RevisionContent.KeyOf(selector), content), DateTimeOffset.UnixEpoch).Hash;
}
