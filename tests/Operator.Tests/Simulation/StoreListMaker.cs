using Operator.Runtime;

namespace Operator.Tests.Simulation;

/// <summary>
/// What users do to a ConfigMap with stores. A broken ConfigMap is restored later with its first list; until then the operator
/// uses the last good list.
/// </summary>
internal sealed class StoreListMaker(SimulatedWorld world, Random random)
{
    private const int MostStores = 5;

    public void Make(MishapKind kind)
    {
        if (world.Objects.Listed == 0)
        {
            return;
        }
        if (kind == MishapKind.EditStoreList)
        {
            world.WriteStoreList(FleetObjects.StoreList(random.Next(1, MostStores)));
            return;
        }
        Break();
        world.After(
            TimeSpan.FromSeconds(random.Next(3, 40)),
            () => world.WriteStoreList(FleetObjects.StoreList(world.Objects.Listed))
        );
    }

    private void Break()
    {
        switch (random.Next(3))
        {
            case 0:
                world.Cluster.Delete(
                    CoreTypes.ConfigMaps,
                    new ObjectKey(FleetObjects.Namespace, FleetObjects.StoreLists)
                );
                break;
            case 1:
                world.WriteStoreList("- nmae: l01");
                break;
            default:
                world.WriteStoreList("");
                break;
        }
    }
}
