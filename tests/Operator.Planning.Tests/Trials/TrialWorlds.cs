using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Tests.Trials;

/// <summary>Worlds in which a candidate is on trial, and short ways to ask about it.</summary>
internal static class TrialWorlds
{
    public static readonly TimeSpan Long = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan TwoDueTimes = TimeSpan.FromSeconds(25);

    extension(A)
    {
        /// <summary>A world in which version 1.0 is stable and proven. By default one step takes all stores.</summary>
        public static World TrialWorld(
            int stores = 8,
            Func<RolloutSpec, RolloutSpec>? rollout = null,
            params ImmutableArray<Flow> flows
        )
        {
            var world = new World();
            var listed = Enumerable.Range(1, stores).Select(i => new Store { Name = $"store-{i:0000}" });
            world.Connector = world.Connector with
            {
                Spec = world.Connector.Spec with
                {
                    Stores = [.. listed],
                    Flows = flows.IsDefaultOrEmpty ? [A.Flow()] : flows,
                },
            };
            world.SetRollout(spec => (rollout ?? (s => s))(spec with { Steps = A.Steps("100%") }));
            world.Run(TwoDueTimes);
            world.Run(Long, w => w.Record.Revisions.StableIsProven);
            Assert.True(world.Record.Revisions.StableIsProven);
            world.Runs.Clear();
            return world;
        }

        public static ImmutableArray<RolloutStep> Steps(params IEnumerable<string> shares) =>
            [.. shares.Select(s => new RolloutStep { Stores = new StoreShare(s) })];
    }

    extension(World world)
    {
        public bool IsOver => !world.Record.Attempts.History.IsEmpty;

        /// <summary>The newest attempt that ended.</summary>
        public EndedAttempt Over => world.Record.Attempts.History[0];
        public AttemptOutcome? OverOutcome => world.IsOver ? world.Over.Outcome : null;
        public string? OverReason => world.IsOver ? world.Over.Reason : null;
        public bool IsPromoted => world.OverOutcome == AttemptOutcome.Promoted;

        /// <summary>As the status tells it.</summary>
        public (string? Kind, string? Reason) Verdict =>
            (world.Last.RolloutStatus?.Attempt?.Verdict, world.Last.RolloutStatus?.Attempt?.Reason);

        public string Message => world.Last.RolloutStatus?.Attempt?.Message ?? "";

        public void SetRollout(Func<RolloutSpec, RolloutSpec> edit)
        {
            var policy = world.Rollout is RolloutSight.Present present ? present.Policy : A.Rollout();
            world.Rollout = new RolloutSight.Present(policy with { Spec = edit(policy.Spec) });
        }

        public void SetFlow(Func<Flow, Flow> edit) =>
            world.Connector = world.Connector with
            {
                Spec = world.Connector.Spec with { Flows = [.. world.Connector.Spec.Flows.Select(edit)] },
            };

        /// <summary>Both versions behave like this.</summary>
        public void Both(Behaviour behaviour) => world.Versions[A.Good] = world.Versions[A.Better] = behaviour;

        /// <summary>Ships a version that behaves like this, and waits until its pilot has started.</summary>
        public void Try(Behaviour? candidate = null)
        {
            world.Versions[A.Better] = candidate ?? new Behaviour();
            world.ShipImage(A.Better);
            world.Until(w => w.Attempt is { HasStarted: true } || w.IsOver);
        }

        public void Until(Func<World, bool> isSo, TimeSpan? within = null)
        {
            world.Run(within ?? Long, isSo);
            Assert.True(isSo(world), $"{world.Verdict}: {world.Message}\n{(world.IsOver ? world.Over : null)}");
        }

        /// <summary>Goes on, and looks at each second.</summary>
        public void Watch(TimeSpan time, Action<World> look) =>
            world.Run(
                time,
                w =>
                {
                    look(w);
                    return false;
                }
            );

        /// <summary>Moves to the instant before the next due time of all flows that run every ten seconds.</summary>
        public void ToSlot(int seconds = 10)
        {
            while (world.Now.ToUnixTimeSeconds() % seconds != 0)
            {
                world.Step();
                world.Now += TimeSpan.FromSeconds(1);
            }
        }

        /// <summary>The runs with a coin that the record knows.</summary>
        public IEnumerable<(string Flow, Occasion Occasion, Entry Entry)> Coins() =>
            from plan in world.Record.Plans
            from occasion in plan.Value.Occasions
            from entry in occasion.Entries
            where entry.Coin is not null
            select (plan.Key, occasion, entry);
    }
}
