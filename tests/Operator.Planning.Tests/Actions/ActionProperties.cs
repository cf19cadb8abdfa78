using System.Collections.Immutable;
using CsCheck;
using Operator.Api;
using Operator.Planning.Record;
using Operator.Planning.Stores;

namespace Operator.Planning.Tests.Actions;

/// <summary>Random actions in worlds with crashes, lost pods and downtime. CsCheck prints the seed of a failure.</summary>
public sealed class ActionProperties
{
    private enum Event
    {
        None,
        Crash,
        RunNow,
        Suspend,
        Unsuspend,
        Restore,
        DeletePods,
        Downtime,
    }

    private static readonly Gen<(Event Event, int Amount)[]> Histories = Gen.Select(
        Gen.Frequency((8, Gen.Const(Event.None)), (3, Gen.Const(Event.Crash)), (4, Gen.Enum<Event>())),
        Gen.Int[0, 11]
    ).Array[40, 150];

    [Fact]
    public void No_store_runs_twice_at_once_in_a_flow_and_none_is_planned_while_it_is_suspended() =>
        Histories.Sample(
            history =>
            {
                var world = A.SettledWorld();
                var before = world.Record;
                Play(
                    world,
                    history,
                    () =>
                    {
                        var now = world.Record;
                        ExpectOneRunAStore(now.Plan("orders"));
                        ExpectNoneSuspended(before, now, world.Now);
                        before = now;
                    }
                );
            },
            iter: 60
        );

    [Fact]
    public void An_applied_plan_is_a_fixed_point() =>
        Histories.Sample(
            history =>
            {
                var world = A.SettledWorld();
                Play(
                    world,
                    history,
                    () =>
                    {
                        world.Step();
                        var again = Planner.Plan(world.Observe());
                        Assert.False(again.MustCommit, again.Because);
                        Assert.Empty(again.Actions);
                    }
                );
            },
            iter: 30
        );

    [Fact]
    public void Each_action_is_decided_once_and_its_status_says_so() =>
        Histories.Sample(
            history =>
            {
                var world = A.SettledWorld();
                var known = new Dictionary<string, ActionState>(StringComparer.Ordinal);
                Play(
                    world,
                    history,
                    () =>
                    {
                        foreach (var decided in world.Record.Actions.Decided)
                        {
                            Assert.Equal(known.GetValueOrDefault(decided.Uid, decided.State), decided.State);
                            known[decided.Uid] = decided.State;
                        }
                    }
                );
                world.Step();
                Assert.All(world.Actions, a => Assert.Equal(known[a.Metadata.Uid].ToString(), a.Status.State));
            },
            iter: 30
        );

    [Fact]
    public void Each_store_of_a_run_now_runs_or_is_counted_as_missed() =>
        Histories.Sample(
            history =>
            {
                var world = A.SettledWorld();
                // With an interval of 24 h no slot starts during the test.
                world.Connector = world.Connector with
                {
                    Spec = world.Connector.Spec with { Flows = [A.Flow() with { Schedule = "@every 24h" }] },
                };
                world.Run(TimeSpan.FromSeconds(40), until: w => !w.HasLivePods);
                world.Run(TimeSpan.FromSeconds(40));
                var missedBefore = world.Record.Plan("orders").MissedStoreSyncs;

                Play(world, [.. history.Where(e => e.Event is not (Event.Suspend or Event.Restore))], () => { });
                world.Run(TimeSpan.FromMinutes(3));

                var asked = world
                    .Actions.Where(a => a.Spec.Action == ActionVerb.RunNow && a.Status.State is "Applied")
                    .Sum(a => a.Spec.Stores.IsEmpty ? 40 : a.Spec.Stores.Length);
                var ran = world
                    .Ended.Where(e =>
                        e.Occasion.Id.StartsWith('n') && e.Ending.Result is RunResult.Succeeded or RunResult.Failed
                    )
                    .SelectMany(e => e.Entry.Stores.Select(s => (e.Occasion.Id, s)))
                    .Distinct()
                    .Count(r => r.Id.StartsWith('n'));
                Assert.Equal(asked, ran + world.Record.Plan("orders").MissedStoreSyncs - missedBefore);
            },
            iter: 60
        );

    private static void Play(World world, (Event Event, int Amount)[] history, Action check)
    {
        foreach (var (what, amount) in history)
        {
            Happen(world, what, amount);
            world.Step();
            check();
            world.Now += TimeSpan.FromSeconds(1);
        }
    }

    private static void Happen(World world, Event what, int amount)
    {
        ImmutableArray<string> stores = amount % 3 == 0 ? [] : [$"store-{amount:000}", $"store-{amount + 12:000}"];
        var flow = amount % 2 == 0 ? "orders" : "";
        var until = amount % 4 == 0 ? "" : $"{world.Now.AddSeconds(3 * amount):yyyy-MM-dd'T'HH:mm:ss'Z'}";
        var name = $"a{world.Actions.Length}";
        switch (what)
        {
            case Event.Crash:
                world.Step(crashAfter: amount);
                break;
            case Event.RunNow:
                world.Do(name, A.RunNow(flow, stores));
                break;
            case Event.Suspend:
                world.Do(name, A.Suspend(flow, stores) with { Until = new Instant(until) });
                break;
            case Event.Unsuspend:
                world.Do(name, A.Unsuspend(flow, stores));
                break;
            case Event.Restore when !world.Actions.IsEmpty:
                var old = world.Actions[amount % world.Actions.Length];
                world.Actions = world.Actions.Remove(old);
                world.Do(old.Metadata.Name, old.Spec);
                break;
            case Event.DeletePods:
                world.DeleteAllPods();
                break;
            case Event.Downtime:
                world.Now += TimeSpan.FromSeconds(3 * amount);
                break;
        }
    }

    private static void ExpectOneRunAStore(FlowPlan plan)
    {
        var live = plan.Entries.Where(e => e.Result is null).SelectMany(e => e.Stores);
        Assert.All(live.CountBy(s => s), s => Assert.Equal(1, s.Value));
    }

    private static void ExpectNoneSuspended(ConnectorRecord before, ConnectorRecord after, DateTimeOffset now)
    {
        var (was, stays) = (Suspensions.Of(before.Actions), Suspensions.Of(after.Actions));
        foreach (var occasion in after.Plan("orders").Occasions)
        {
            var old = before.Plan("orders").Find(occasion.Id)?.Entries.Length ?? 0;
            foreach (var store in occasion.Entries.Skip(old).SelectMany(e => e.Stores))
            {
                var isHeld = was.HeldUntil("orders", store) > now && stays.HeldUntil("orders", store) > now;
                Assert.False(isHeld, $"{store} is planned on {occasion.Id} while it is suspended");
            }
        }
    }
}
