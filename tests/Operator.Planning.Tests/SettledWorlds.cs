using Operator.Planning.Facts;

namespace Operator.Planning.Tests;

/// <summary>Adds builders of worlds to <c>A</c>.</summary>
public static class SettledWorlds
{
    extension(A)
    {
        /// <summary>A world with a rollout, in which version 1.0 is stable and proven.</summary>
        public static World SettledWorld()
        {
            var world = new World { Rollout = new RolloutSight.Present(A.Rollout()) };
            world.Run(TimeSpan.FromSeconds(25));
            Assert.True(world.Record.Revisions.StableIsProven);
            world.Runs.Clear();
            return world;
        }
    }
}
