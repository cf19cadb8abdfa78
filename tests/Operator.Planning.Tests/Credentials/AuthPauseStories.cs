using CsCheck;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Record.Encoding;
using Operator.Planning.Stores;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Credentials;

public sealed class AuthPauseStories
{
    private const string Locked = "store-013";

    [Fact]
    public void A_store_that_cannot_get_in_is_tried_more_and_more_rarely_and_its_neighbours_go_on()
    {
        var world = LockedWorld(out var beganAt);

        world.Run(TimeSpan.FromMinutes(40));

        var tries = world.Runs.Where(r => r.Print.Stores.Contains(Locked)).Select(r => (r.At - beganAt).TotalMinutes);
        Assert.Collection(
            tries,
            first => Assert.InRange(first, 0, 1),
            second => Assert.InRange(second, 5, 6),
            third => Assert.InRange(third, 15, 17),
            fourth => Assert.InRange(fourth, 35, 37)
        );
        Assert.InRange(world.Runs.Count(r => r.Print.Stores.Contains("store-014")), 239, 243);
    }

    [Fact]
    public void The_condition_names_store_Secrets_and_keys()
    {
        var world = A.SettledWorld();
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with
            {
                Credentials = new AppCredentials { SecretRef = new LocalObjectReference { Name = "app" } },
                Stores =
                [
                    .. world.Connector.Spec.Stores.Select(s =>
                        s with
                        {
                            Credentials = new StoreCredentials
                            {
                                SecretRef = new StoreSecretReference { Name = "sellers", KeyPrefix = $"{s.Name}." },
                            },
                        }
                    ),
                ],
            },
        };
        world.Versions[A.Good] = new Behaviour { LockedOut = [Locked] };

        world.Run(TimeSpan.FromSeconds(30));

        var condition = Assert.Single(world.Last.ConnectorStatus.Conditions, c => c.Type == Reasons.StoresFailing);
        Assert.Equal(Reasons.AuthFailed, condition.Reason);
        Assert.Equal(
            "flow 'orders': store 'store-013' failed to authenticate; check Secret 'sellers' (keys "
                + "store-013.refresh_token) and Secret 'app' (keys client_id, client_secret): each must exist with valid keys (the operator "
                + "can't see Secrets); runs pause for 5 minutes to 6 hours, until one authenticates; a SyncAction RunNow, another "
                + "Secret or keyPrefix in the spec, or a new stable version ends the pauses at once",
            condition.Message
        );
        Assert.Equal(condition.Message, Assert.Single(world.Events, e => e.Reason == Reasons.AuthFailed).Message);
    }

    [Fact]
    public void Many_stores_that_can_not_authenticate_are_one_event_and_a_condition_with_a_count_and_the_first_names()
    {
        var world = new World();
        world.Connector = A.Connector(world.Now, stores: 2000)
            .With(new Flow { Name = "orders", Schedule = "*/5 * * * *" });
        world.Versions[A.Good] = new Behaviour
        {
            Duration = TimeSpan.FromSeconds(3),
            LockedOut = [.. world.Connector.Spec.Stores.Select(s => s.Name)],
        };

        var longest = 0;
        world.RunWhatIsDue(TimeSpan.FromMinutes(14), w => longest = Math.Max(longest, w.Last.Because.Length));

        // The 80 runs end in eight waves, in as many plans.
        Given.That(world.Record.Pauses.Auth.Count == 2000, "stores that pause");
        Assert.Single(world.Events, e => e is { Reason: Reasons.AuthFailed, IsWarning: true });
        Assert.StartsWith(
            "flow 'orders': stores 'store-001', 'store-002', 'store-003', 'store-004', 'store-005' and 1995 more failed",
            world.Last.ConnectorStatus.Conditions.Single(c => c.Type == Reasons.StoresFailing).Message,
            StringComparison.Ordinal
        );
        Assert.InRange(longest, 1, 1000);
    }

    [Fact]
    public void Other_credentials_end_the_pause()
    {
        var world = LockedWorld(out _);
        world.Runs.Clear();

        world.Versions[A.Good] = new Behaviour();
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with
            {
                Credentials = new AppCredentials { SecretRef = new LocalObjectReference { Name = "new-app" } },
            },
        };
        world.Run(TimeSpan.FromSeconds(30));

        Assert.Contains(world.Runs, r => r.Print.Stores.Contains(Locked));
        Assert.Empty(world.Record.Pauses.Auth);
    }

    [Fact]
    public void A_person_ends_the_pause()
    {
        var world = LockedWorld(out _);

        var cleared = AuthPauses.Clear(world.Record, [Locked, "nobody"]);

        Assert.NotEmpty(world.Record.Pauses.Auth);
        Assert.Empty(cleared.Pauses.Auth);
    }

    [Fact]
    public void A_run_that_gets_in_ends_the_pause()
    {
        var world = LockedWorld(out _);

        world.Versions[A.Good] = new Behaviour();
        world.Run(TimeSpan.FromMinutes(6));

        Assert.Empty(world.Record.Pauses.Auth);
        Assert.DoesNotContain(world.Last.ConnectorStatus.Conditions, c => c.Type == Reasons.StoresFailing);
    }

    [Fact]
    public void A_candidate_that_lets_nobody_in_is_convicted_and_leaves_no_pause()
    {
        var world = A.SettledWorld();
        world.Versions[A.Bad] = new Behaviour { LockedOut = [.. world.Connector.Spec.Stores.Select(s => s.Name)] };

        world.ShipImage(A.Bad);
        world.Run(TimeSpan.FromMinutes(3));

        Assert.Equal(AttemptOutcome.RolledBack, Assert.Single(world.Record.Attempts.History).Outcome);
        Assert.Empty(world.Record.Pauses.Auth);
    }

    [Fact]
    public void A_record_of_an_older_version_has_no_pauses()
    {
        var parts = RecordParts.Encode(new ConnectorRecord());

        Assert.DoesNotContain("pauses", parts.Keys);
    }

    [Fact]
    public void Pauses_only_grow_up_to_a_bound() =>
        Gen.Int[1, 1_000_000]
            .Sample(n =>
            {
                Assert.True(AuthPauses.LengthOf(n) <= AuthPauses.LengthOf(n + 1));
                Assert.InRange(AuthPauses.LengthOf(n), TimeSpan.FromMinutes(5), TimeSpan.FromHours(6));
            });

    private static World LockedWorld(out DateTimeOffset beganAt)
    {
        var world = A.SettledWorld();
        world.Versions[A.Good] = new Behaviour { LockedOut = [Locked] };
        beganAt = world.Now;
        world.Run(TimeSpan.FromSeconds(20));
        return world;
    }
}
