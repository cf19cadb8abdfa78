using Operator.Api;
using Operator.Planning.Facts;

namespace Operator.Planning.Tests.KnownFaults;

/// <summary>Steps that several known-fault tests share.</summary>
internal static class Worlds
{
    public static MarketplaceConnector With(this MarketplaceConnector connector, params IEnumerable<Flow> flows) =>
        connector with
        {
            Spec = connector.Spec with { Flows = [.. flows] },
        };

    public static MarketplaceConnector WithStores(
        this MarketplaceConnector connector,
        params IEnumerable<Store> stores
    ) => connector with { Spec = connector.Spec with { Stores = [.. stores] } };

    public static MarketplaceConnector WithSync(
        this MarketplaceConnector connector,
        Func<SyncPodSpec, SyncPodSpec> edit
    ) => connector with { Spec = connector.Spec with { Sync = edit(connector.Spec.Sync) } };

    public static RolloutSight Steps(params IEnumerable<string> shares) =>
        new RolloutSight.Present(
            A.Rollout() with
            {
                Spec = A.Rollout().Spec with
                {
                    Steps = [.. shares.Select(s => new RolloutStep { Stores = new StoreShare(s) })],
                },
            }
        );

    /// <summary>Moves time in steps of 1 s while pods live, otherwise to the next wake-up.</summary>
    public static void RunWhatIsDue(this World world, TimeSpan time, Action<World>? look = null)
    {
        for (var end = world.Now + time; world.Now < end; )
        {
            world.Step();
            look?.Invoke(world);
            world.Now =
                world.HasLivePods ? world.Now.AddSeconds(1)
                : world.Last.WakeAt is { } at && at < end ? at
                : end;
        }
    }

    public static Condition Ready(this World world) =>
        world.Last.ConnectorStatus.Conditions.First(c => c.Type == ConditionTypes.Ready);

    /// <summary>The number of stores that ran this image, on either arm.</summary>
    public static int StoresThatRan(this World world, string image) =>
        world
            .Runs.Where(r => world.Record.Revisions.Find(r.Print.Revision)?.Sync.Image == image)
            .SelectMany(r => r.Print.Stores)
            .Distinct()
            .Count();
}
