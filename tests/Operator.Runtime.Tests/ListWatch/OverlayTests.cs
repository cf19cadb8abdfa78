using System.Text.Json.Nodes;
using Operator.Testing;

namespace Operator.Runtime.Tests.ListWatch;

/// <summary>The cache shows objects that we created at once, and drops them when the server has deleted them.</summary>
public sealed class OverlayTests : IDisposable
{
    private static readonly ObjectKey A = InformerWorld.A;
    private static readonly ObjectKey B = InformerWorld.B;
    private readonly InformerWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void An_overlay_is_shown_until_the_watch_has_it_and_a_later_change_is_told() =>
        _world.Story(async () =>
        {
            _world.Client.WatchLag = TimeSpan.FromSeconds(5);
            _world.Informer.Overlay(_world.Create(A, "1"));
            Assert.Equal("a=1", _world.Cache);
            await _world.PassAsync(2);
            _world.Set(A, "2");
            await _world.PassAsync(10);

            Assert.Equal("a=2", _world.Cache);
            Assert.Equal(["a: 1 → 2"], _world.Told);
        });

    [Fact]
    public void A_late_overlay_does_not_replace_a_newer_state() =>
        _world.Story(async () =>
        {
            var created = _world.Create(A, "1");
            _world.Set(A, "2");
            await _world.PassAsync(1);
            _world.Informer.Overlay(created);

            Assert.Equal("a=2", _world.Cache);
        });

    [Fact]
    public void Older_states_that_come_late_do_not_replace_an_overlay() =>
        _world.Story(async () =>
        {
            _world.Client.WatchLag = TimeSpan.FromSeconds(5);
            _world.Create(A, "1");
            await _world.PassAsync(2);
            _world.Set(A, "2");
            _world.Informer.Overlay(_world.Cluster.Find(CoreTypes.ConfigMaps, A)!); // it was just made
            for (var i = 0; i < 100; i++)
            {
                Assert.Equal("a=2", _world.Cache);
                await _world.PassAsync(0.1);
            }

            Assert.Empty(_world.Told);
        });

    [Fact]
    public void An_overlay_whose_deletion_the_watch_has_seen_is_not_shown() =>
        _world.Story(async () =>
        {
            var created = _world.Create(A, "1");
            _world.Delete(A);
            await _world.PassAsync(1);
            _world.Informer.Overlay(created);

            Assert.Equal("", _world.Cache);
        });

    [Fact]
    public void An_overlay_deleted_while_the_watch_was_broken_goes_with_the_next_list() =>
        _world.Story(async () =>
        {
            _world.Client.Faults.Next(2, _ => Fault.Before(KubeErrors.ConnectionReset()));
            _world.Client.DropWatches(WatchEnd.Broken);
            _world.Informer.Overlay(_world.Create(A, "1"));
            _world.Delete(A);
            _world.Cluster.Compact();
            Assert.Equal("a=1", _world.Cache);
            await _world.UntilAsync(() => _world.Cache == "");

            Assert.Equal(["a: 1 → -"], _world.Told);
        });

    [Fact]
    public void An_overlay_goes_when_the_watch_shows_a_later_version_without_it()
    {
        _world.Use(new InformerOptions { Type = CoreTypes.ConfigMaps, LabelSelector = "mine" });
        _world.Story(async () =>
        {
            _world.Informer.Overlay(_world.Create(A, "1"));
            var other = InformerWorld.Json("b", "1");
            other["metadata"]!["labels"] = new JsonObject { ["mine"] = "true" };
            _world.Cluster.Create(CoreTypes.ConfigMaps, "ns", other);
            await _world.PassAsync(1);

            Assert.Equal("b=1", _world.Cache);
            Assert.Equal(["b: - → 1", "a: 1 → -"], _world.Told);
        });
    }

    [Fact]
    public void An_overlay_goes_when_a_bookmark_shows_a_later_version()
    {
        _world.Use(new InformerOptions { Type = CoreTypes.ConfigMaps, LabelSelector = "mine" });
        _world.Story(async () =>
        {
            _world.Informer.Overlay(_world.Create(A, "1"));
            await _world.PassAsync(65);

            Assert.Equal("", _world.Cache);
        });
    }

    [Fact]
    public void An_overlay_younger_than_the_running_list_stays()
    {
        _world.Use(new InformerOptions { Type = CoreTypes.ConfigMaps, StreamsLists = false });
        _world.Create(B, "1");
        _world.Story(async () =>
        {
            _world.Client.Faults.Next(Fault.SlowAnswer(TimeSpan.FromSeconds(3)), r => r.Verb == KubeVerb.List);
            _world.Client.Faults.Next(Fault.Late(TimeSpan.FromSeconds(3)), r => r.Verb == KubeVerb.Watch);
            var relist = _world.Informer.RelistAsync(CancellationToken.None);
            await _world.PassAsync(1);
            _world.Informer.Overlay(_world.Create(A, "1"));
            await relist;

            Assert.Equal("a=1 b=1", _world.Cache);
            await _world.PassAsync(5);
            Assert.Equal("a=1 b=1", _world.Cache);
            Assert.Equal(["b: - → 1"], _world.Told);
        });
    }

    [Fact]
    public void An_overlay_from_before_a_restore_from_a_backup_goes()
    {
        _world.Story(async () =>
        {
            var backup = _world.Cluster.Snapshot();
            for (var i = 0; i < 10; i++)
            {
                _world.Create(new ObjectKey("ns", $"x{i}"));
            }
            _world.Client.FreezeWatches();
            _world.Informer.Overlay(_world.Create(A, "1"));
            _world.Client.ThawWatches();
            _world.Cluster.Restore(backup);
            await _world.PassAsync(10);

            Assert.Equal("", _world.Cache);
        });
    }
}
