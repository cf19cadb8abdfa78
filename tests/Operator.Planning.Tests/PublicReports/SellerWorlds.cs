using Operator.Api;
using Operator.Planning.Tests.Trials;

namespace Operator.Planning.Tests.PublicReports;

/// <summary>Worlds for stories that users of other systems have told: names as long as they may be, and schedules of any pace.</summary>
internal static class SellerWorlds
{
    private const int LongestName = 63;

    extension(A)
    {
        /// <summary>A world in which version 1.0 is stable and proven, with store names of 63 characters. One step takes all stores.</summary>
        public static World SellerWorld(
            int stores,
            Func<RolloutSpec, RolloutSpec>? rollout = null,
            params IEnumerable<Flow> flows
        )
        {
            var world = new World();
            var listed = flows.ToList();
            world.Connector = world.Connector with
            {
                Spec = world.Connector.Spec with
                {
                    Stores = [.. Enumerable.Range(1, stores).Select(i => new Store { Name = SellerName(i) })],
                    Flows = listed.Count == 0 ? [A.Flow()] : [.. listed],
                },
            };
            world.SetRollout(spec => (rollout ?? (s => s))(spec with { Steps = A.Steps("100%") }));
            world.Live(TimeSpan.FromDays(60), w => w.Record.Revisions.StableIsProven);
            Assert.True(world.Record.Revisions.StableIsProven);
            world.Runs.Clear();
            return world;
        }

        public static string SellerName(int number) => $"seller-{number:0000}-".PadRight(LongestName, 'x');
    }

    extension(World world)
    {
        /// <summary>
        /// Plans each second while pods live, and else when the plan wants it, at the latest after an hour: for schedules that come seldom.
        /// </summary>
        public void Live(TimeSpan time, Func<World, bool>? until = null)
        {
            for (var end = world.Now + time; world.Now < end; )
            {
                var plan = world.Step();
                if (until?.Invoke(world) == true)
                {
                    return;
                }
                var next = world.Now + (world.HasLivePods ? TimeSpan.FromSeconds(1) : TimeSpan.FromHours(1));
                world.Now = plan.WakeAt < next ? plan.WakeAt.Value : next;
            }
        }

        public void LiveUntil(Func<World, bool> isSo, TimeSpan within)
        {
            world.Live(within, isSo);
            Assert.True(isSo(world), $"{world.Now:u} {world.Verdict}: {world.Message}\n{world.OverReason}");
        }

        /// <summary>Ships a version that behaves like this, and waits until its pilot has started.</summary>
        public void Ship(string image, Behaviour behaviour, TimeSpan? within = null)
        {
            world.Versions[image] = behaviour;
            world.ShipImage(image);
            var number = world.Record.Attempts.LastNumber + 1;
            world.LiveUntil(
                w => w.Attempt is { HasStarted: true } running && running.Number == number,
                within ?? TimeSpan.FromMinutes(5)
            );
        }

        public void SetSuspended(bool isSuspended) =>
            world.Connector = world.Connector with { Spec = world.Connector.Spec with { Suspend = isSuspended } };

        /// <summary>The status of the rollout's condition.</summary>
        public string? Condition(string type) =>
            world.Last.RolloutStatus?.Conditions.FirstOrDefault(c => c.Type == type)?.Status;
    }
}
