using Operator.Testing;

namespace Operator.Runtime.Tests.ListWatch;

public sealed class InformerTests : IDisposable
{
    private static readonly ObjectKey A = InformerWorld.A;
    private static readonly ObjectKey B = InformerWorld.B;
    private readonly InformerWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData(StreamingLists.Served, 0, 2)]
    [InlineData(StreamingLists.EtcdTooOld, 3, 2)]
    [InlineData(StreamingLists.Unknown, 3, 2)]
    public void Everything_is_listed_once_in_the_way_that_the_server_can(StreamingLists server, int lists, int watches)
    {
        _world.Cluster.StreamingLists = server;
        for (var i = 0; i < 7; i++)
        {
            _world.Create(new ObjectKey("ns", $"c{i}"));
        }

        _world.Story(() =>
        {
            Assert.Equal(_world.Truth, _world.Cache);
            Assert.Equal(7, _world.Told.Count);
            Assert.Equal((lists, watches), (_world.Lists, _world.Watches));
            return Task.CompletedTask;
        });
    }

    [Fact]
    public void Changes_are_told_with_the_state_before_and_a_deletion_with_the_last_state() =>
        _world.Story(async () =>
        {
            _world.Create(A, "1");
            _world.Set(A, "2");
            _world.Delete(A);
            await _world.PassAsync(1);

            Assert.Equal(["a: - → 1", "a: 1 → 2", "a: 2 → -"], _world.Told);
            Assert.Equal("", _world.Cache);
        });

    [Fact]
    public void An_object_that_can_not_be_decoded_hurts_only_itself_until_it_is_mended()
    {
        _world.Create(A);
        _world.Create(B, "1");
        _world.Spoil(A);

        _world.Story(async () =>
        {
            Assert.Equal("b=1", _world.Cache);
            Assert.Equal(["a: it has no v"], _world.Undecoded);
            Assert.Equal("it has no v", _world.Informer.Undecodable[A]);
            Assert.Equal(1, await _world.CountAsync("informer_undecodable_objects"));

            _world.Set(B, "2");
            _world.Set(A, "3");
            await _world.PassAsync(1);

            Assert.Equal("a=3 b=2", _world.Cache);
            Assert.Empty(_world.Informer.Undecodable);
            Assert.Equal(["b: - → 1", "b: 1 → 2", "a: - → 3"], _world.Told);
        });
    }

    [Fact]
    public void An_object_that_is_spoilt_and_deleted_is_told_with_its_last_good_state() =>
        _world.Story(async () =>
        {
            _world.Create(A, "1");
            _world.Spoil(A);
            await _world.PassAsync(1);
            _world.Delete(A);
            await _world.PassAsync(1);

            Assert.Equal(["a: - → 1", "a: 1 → -"], _world.Told);
            Assert.Empty(_world.Informer.Undecodable);
            Assert.Equal(0, await _world.CountAsync("informer_undecodable_objects"));
        });

    [Theory]
    [InlineData(WatchEnd.Closed)]
    [InlineData(WatchEnd.Broken)]
    public void A_watch_that_ends_is_taken_up_where_it_was(WatchEnd end) =>
        _world.Story(async () =>
        {
            var full = _world.Watches;
            _world.Create(A, "1");
            await _world.PassAsync(5);
            _world.Cluster.DropWatches(end);
            _world.Set(A, "2");
            _world.Create(B, "1");
            _world.Delete(B);
            await _world.PassAsync(5);

            Assert.Equal(["a: - → 1", "a: 1 → 2", "b: - → 1", "b: 1 → -"], _world.Told);
            Assert.Equal(full + 1, _world.Watches);
            Assert.Equal(0, await _world.CountAsync("informer_relists_total"));
        });

    [Theory]
    [InlineData(ExpiredWatches.ErrorEvent)]
    [InlineData(ExpiredWatches.HttpStatus)]
    public void A_place_that_the_server_has_forgotten_is_listed_again_and_what_went_is_told(ExpiredWatches how)
    {
        _world.Cluster.ExpiredWatches = how;
        _world.Create(A, "1");
        _world.Create(B, "1");
        _world.Story(async () =>
        {
            _world.Client.Faults.Next(3, _ => Fault.Before(KubeErrors.ConnectionReset()));
            _world.Cluster.DropWatches(WatchEnd.Broken);
            _world.Delete(A);
            _world.Set(B, "2");
            _world.Create(new ObjectKey("ns", "c"), "1");
            _world.Cluster.Compact();
            await _world.UntilAsync(() => _world.Cache == "b=2 c=1");

            Assert.Equal(["a: 1 → -", "b: 1 → 2", "c: - → 1"], _world.Told.Skip(2).Order());
            Assert.Equal(1, await _world.CountAsync("informer_relists_total", "reason=\"expired\""));
        });
    }

    [Fact]
    public void An_object_made_again_between_two_looks_is_told_as_gone_and_come()
    {
        _world.Create(A, "1");
        _world.Story(async () =>
        {
            _world.Client.DropWatches(WatchEnd.Broken);
            _world.Client.Faults.Next(2, _ => Fault.Before(KubeErrors.ConnectionReset()));
            _world.Delete(A);
            _world.Create(A, "2");
            _world.Cluster.Compact();
            await _world.UntilAsync(() => _world.Cache == "a=2");

            Assert.Equal(["a: - → 1", "a: 1 → -", "a: - → 2"], _world.Told);
        });
    }

    [Fact]
    public void A_list_that_breaks_off_in_the_middle_says_nothing_about_what_is_gone()
    {
        _world.Use(
            new InformerOptions
            {
                Type = CoreTypes.ConfigMaps,
                PageSize = 3,
                StreamsLists = false,
            }
        );
        for (var i = 0; i < 8; i++)
        {
            _world.Create(new ObjectKey("ns", $"c{i}"));
        }
        _world.Story(async () =>
        {
            var page = 0;
            using (
                _world.Client.Faults.Add(r =>
                    r.Verb == KubeVerb.List && ++page % 3 == 2 ? Fault.Before(KubeErrors.InternalError()) : null
                )
            )
            {
                var relist = _world.Informer.RelistAsync(CancellationToken.None);
                await _world.PassAsync(20);
                Assert.Equal(_world.Truth, _world.Cache);
                Assert.False(relist.IsCompleted);
            }
            Assert.Equal(8, _world.Told.Count);
        });
    }

    [Fact]
    public void A_watch_that_is_dead_is_given_up_soon_after_it_should_have_ended_and_nothing_is_missed() =>
        _world.Story(async () =>
        {
            var watches = _world.Watches;
            _world.Client.FreezeWatches();
            _world.Create(A, "1");
            await _world.PassAsync(325);
            Assert.Equal(("", watches), (_world.Cache, _world.Watches));

            await _world.UntilAsync(() => _world.Watches > watches);
            Assert.InRange(_world.Informer.Age.TotalSeconds, 325, 335);
            _world.Client.ThawWatches();
            await _world.UntilAsync(() => _world.Cache == "a=1");

            Assert.Equal(["a: - → 1"], _world.Told);
        });

    [Theory]
    [InlineData(true, 55, 65)]
    [InlineData(false, 270, 335)]
    public void A_quiet_watch_that_is_well_never_looks_stale_and_is_never_listed_again(
        bool hasBookmarks,
        int least,
        int most
    )
    {
        _world.Use(new InformerOptions { Type = CoreTypes.ConfigMaps, LabelSelector = "mine" });
        _world.Story(async () =>
        {
            var (oldest, lists) = (TimeSpan.Zero, _world.Lists);
            for (var i = 0; i < 3600; i += 5)
            {
                if (hasBookmarks)
                {
                    // Changes of other objects of this kind increase the version, so bookmarks come.
                    _world.Create(new ObjectKey("ns", $"other-{i}"));
                }
                await _world.PassAsync(5);
                oldest = _world.Informer.Age > oldest ? _world.Informer.Age : oldest;
            }

            Assert.InRange(oldest.TotalSeconds, least, most);
            Assert.Equal(lists, _world.Lists);
            Assert.InRange(_world.Watches, 10, 16);
            Assert.Equal(0, await _world.CountAsync("informer_watch_resumes_total"));
        });
    }

    [Fact]
    public void Trouble_of_every_kind_is_survived_with_growing_pauses_and_the_cache_keeps_its_last_state()
    {
        _world.Create(A, "1");
        _world.Story(async () =>
        {
            var calls = _world.Cluster.Journal.Count;
            var errors = new Func<Exception>[]
            {
                KubeErrors.ConnectionReset,
                KubeErrors.Timeout,
                KubeErrors.InternalError,
                () => KubeErrors.Unavailable(),
                KubeErrors.Forbidden,
                KubeErrors.Unauthorized,
                () => new InvalidOperationException("a bug"),
                () => new System.Text.Json.JsonException("garbage"),
            };
            var next = 0;
            using (_world.Client.Faults.Add(_ => Fault.Before(errors[next++ % errors.Length]())))
            {
                _world.Cluster.DropWatches(WatchEnd.Broken);
                await _world.PassAsync(600);
                Assert.Equal("a=1", _world.Cache);
                // The pauses are 0.4, 0.8, … up to 15 s, less jitter: in the long run at most one call in 10 s.
                Assert.InRange(_world.Cluster.Journal.Count - calls, 40, 85);
            }
            _world.Set(A, "2");
            await _world.UntilAsync(() => _world.Cache == "a=2");
            Assert.False(_world.Run.IsCompleted);
            await _world.PassAsync(15);

            // The pauses after the next fault start at the shortest one again.
            _world.Cluster.DropWatches(WatchEnd.Broken);
            _world.Set(A, "3");
            await _world.PassAsync(1);
            Assert.Equal("a=3", _world.Cache);
        });
    }

    [Fact]
    public void Etcd_restored_from_a_backup_is_noticed_and_believed() =>
        _world.Story(async () =>
        {
            _world.Create(A, "1");
            var backup = _world.Cluster.Snapshot();
            _world.Set(A, "2");
            for (var i = 0; i < 20; i++)
            {
                _world.Set(A, $"later {i}");
            }
            await _world.PassAsync(1);

            _world.Cluster.Restore(backup);
            await _world.UntilAsync(() => _world.Cache == "a=1");
            _world.Create(B, "1");
            await _world.PassAsync(1);

            Assert.Equal("a=1 b=1", _world.Cache);
            Assert.Equal(1, await _world.CountAsync("informer_relists_total", "reason=\"restored\""));
        });

    [Fact]
    public void That_the_server_went_back_is_told_before_the_cache_shows_it() =>
        _world.Story(async () =>
        {
            _world.Create(A, "1");
            var backup = _world.Cluster.Snapshot();
            _world.Set(A, "2");
            await _world.PassAsync(1);
            var shown = new List<string>();
            _world.Informer.WentBack = () => shown.Add(_world.Cache);

            await _world.Informer.RelistAsync(CancellationToken.None);
            Assert.Empty(shown);
            _world.Cluster.Restore(backup);
            await _world.UntilAsync(() => _world.Cache == "a=1");

            Assert.Equal(["a=2"], shown);
        });

    [Fact]
    public void A_cache_whose_list_and_watch_fail_says_that_it_is_behind_until_a_watch_goes_on() =>
        _world.Story(async () =>
        {
            Assert.False(_world.Informer.IsBehind);
            using (_world.Client.Faults.Add(_ => Fault.Before(KubeErrors.ConnectionReset())))
            {
                _world.Client.DropWatches(WatchEnd.Broken);
                await _world.PassAsync(60);
                Assert.True(_world.Informer.IsBehind);
            }
            await _world.PassAsync(60);

            Assert.False(_world.Informer.IsBehind);
        });

    [Fact]
    public void A_watch_that_the_server_ends_in_time_is_not_behind() =>
        _world.Story(async () =>
        {
            for (var minute = 0; minute < 30; minute++)
            {
                await _world.PassAsync(60);
                Assert.False(_world.Informer.IsBehind);
            }
        });

    [Fact]
    public void A_relist_tells_what_the_server_knows_now_even_when_the_watch_is_behind() =>
        _world.Story(async () =>
        {
            _world.Client.FreezeWatches();
            _world.Create(A, "1");
            await _world.PassAsync(1);
            Assert.Equal("", _world.Cache);

            _world.Client.ThawWatches();
            _world.Client.WatchLag = TimeSpan.FromMinutes(1);
            _world.Set(A, "2");
            await _world.Informer.RelistAsync(CancellationToken.None);

            Assert.Equal("a=2", _world.Cache);
        });

    [Fact]
    public void A_handler_that_fails_stops_nothing()
    {
        var count = 0;
        _world.Informer.Changed = _ =>
        {
            count++;
            throw new InvalidOperationException("boom");
        };
        _world.Story(async () =>
        {
            _world.Create(A, "1");
            _world.Create(B, "1");
            await _world.PassAsync(1);

            Assert.Equal((2, "a=1 b=1"), (count, _world.Cache));
            Assert.Equal(2, _world.Log.Lines.Count(l => l.Level == Microsoft.Extensions.Logging.LogLevel.Error));
        });
    }

    [Fact]
    public async Task The_object_itself_is_kept_without_managed_fields_and_without_its_page()
    {
        var json = InformerWorld.Json("a", "1");
        json["metadata"]!["managedFields"] = new System.Text.Json.Nodes.JsonArray(
            new System.Text.Json.Nodes.JsonObject { ["manager"] = "x" }
        );
        var trimmed = new KubeObject(System.Text.Json.JsonSerializer.SerializeToElement(json)).Trimmed();

        Assert.DoesNotContain("managedFields", trimmed.Json.GetRawText(), StringComparison.Ordinal);
        Assert.Equal("a", trimmed.Name);
        await Task.CompletedTask;
    }
}
