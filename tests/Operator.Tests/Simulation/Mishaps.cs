using System.Text.Json.Nodes;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests.Simulation;

internal enum MishapKind
{
    NewImage,
    KillProcess,
    StopProcess,
    FreezeProcess,
    StealLease,
    DeleteRollout,
    EditSteps,
    BreakRollout,
    ReplaceConnector,
    LoseRecord,
    WipeStatuses,
    DeletePods,
    DropWatches,
    DelayWatches,
    FreezeWatches,
    JumpClock,
    ServerDown,
    NodeDown,
    RefusePods,
    Suspend,
    CompactHistory,
    EditStoreList,
    BreakStoreList,
    RunNow,
    SuspendByAction,
    UnsuspendByAction,
    RestoreActions,
}

/// <summary>A fault or a user's change, at a time after the start of the chaos.</summary>
internal sealed record Mishap(TimeSpan At, MishapKind Kind);

internal static class Mishaps
{
    private const int Most = 9;

    public static IReadOnlyList<Mishap> Draw(Random random, TimeSpan within)
    {
        var kinds = Enum.GetValues<MishapKind>();
        var count = random.Next(2, Most);
        var drawn = Enumerable
            .Range(0, count)
            // Every world gets a new image, because a world without an attempt tests little.
            .Select(i => new Mishap(
                within * random.NextDouble(),
                i == 0 ? MishapKind.NewImage : kinds[random.Next(kinds.Length)]
            ));
        return [.. drawn.OrderBy(m => m.At)];
    }
}

/// <summary>Starts a mishap, and ends it when it ends by itself.</summary>
internal sealed class MishapMaker(SimulatedWorld world, Random random)
{
    private static readonly WatchEnd[] Ends = [WatchEnd.Closed, WatchEnd.Broken, WatchEnd.Expired, WatchEnd.Failed];

    public void Make(Mishap mishap)
    {
        switch (mishap.Kind)
        {
            case MishapKind.NewImage:
                ShipImage();
                break;
            case MishapKind.KillProcess:
                OneProcess(p => p.Kill());
                break;
            case MishapKind.StopProcess:
                OneProcess(p => p.Stop());
                break;
            case MishapKind.FreezeProcess:
                OneProcess(Freeze);
                break;
            case MishapKind.StealLease:
                world.Cluster.Delete(CoreTypes.Leases, new ObjectKey("operator-system", "marketplace-operator"));
                break;
            case MishapKind.DeleteRollout or MishapKind.EditSteps or MishapKind.BreakRollout:
                ChangeRollout(mishap.Kind);
                break;
            case MishapKind.ReplaceConnector:
                ReplaceConnector();
                break;
            case MishapKind.LoseRecord:
                LoseRecord();
                break;
            case MishapKind.WipeStatuses:
                WipeStatuses();
                break;
            case MishapKind.DeletePods:
                DeletePods();
                break;
            case MishapKind.EditStoreList or MishapKind.BreakStoreList:
                new StoreListMaker(world, random).Make(mishap.Kind);
                break;
            case MishapKind.RunNow
            or MishapKind.SuspendByAction
            or MishapKind.UnsuspendByAction
            or MishapKind.RestoreActions:
                new ActionMaker(world, random).Make(mishap.Kind);
                break;
            default:
                MakeClusterTrouble(mishap.Kind);
                break;
        }
    }

    private void MakeClusterTrouble(MishapKind kind)
    {
        var length = TimeSpan.FromSeconds(random.Next(3, 40));
        switch (kind)
        {
            case MishapKind.DropWatches:
                world.Cluster.DropWatches(Ends[random.Next(Ends.Length)]);
                break;
            case MishapKind.DelayWatches:
                OneProcess(p =>
                    Temporarily(length, () => p.Client.WatchLag = length / 4, () => p.Client.WatchLag = TimeSpan.Zero)
                );
                break;
            case MishapKind.FreezeWatches:
                OneProcess(p => Temporarily(length, p.Client.FreezeWatches, p.Client.ThawWatches));
                break;
            case MishapKind.JumpClock:
                var jump = TimeSpan.FromMinutes(random.Next(-60, 61));
                OneProcess(p => Temporarily(length, () => p.Clock.Offset = jump, () => p.Clock.Offset = TimeSpan.Zero));
                break;
            case MishapKind.ServerDown:
                TakeServerDown(length);
                break;
            case MishapKind.NodeDown:
                Temporarily(length, world.Kubelet.Stop, world.Kubelet.Start);
                break;
            case MishapKind.RefusePods:
                var rule = world.Cluster.Admission.Refuse(r =>
                    r.Type == CoreTypes.Pods && r.Before is null ? "exceeded quota: pods" : null
                );
                world.After(length, rule.Dispose);
                break;
            case MishapKind.Suspend:
                Temporarily(length, () => world.Suspend(isSuspended: true), () => world.Suspend(isSuspended: false));
                break;
            case MishapKind.CompactHistory:
                world.Cluster.Compact();
                world.Cluster.DropWatches(WatchEnd.Broken);
                break;
            default:
                throw new System.Diagnostics.UnreachableException(kind.ToString());
        }
    }

    private void ShipImage() => world.Ship(FleetObjects.Tags[random.Next(FleetObjects.Tags.Length)]);

    private void Freeze(OperatorProcess process)
    {
        process.IsFrozen = true;
        world.After(TimeSpan.FromSeconds(random.Next(2, 40)), () => process.IsFrozen = false);
    }

    private void ChangeRollout(MishapKind kind)
    {
        if (kind == MishapKind.DeleteRollout)
        {
            world.Cluster.Delete(Kinds.Rollouts, SimulatedWorld.Key);
            world.After(TimeSpan.FromSeconds(random.Next(1, 20)), CreateRollout);
        }
        else if (world.Cluster.Find(Kinds.Rollouts, SimulatedWorld.Key) is not null)
        {
            var steps = kind == MishapKind.EditSteps ? FleetObjects.StepsNode(world.Objects.Steps()) : Shrinking();
            world.Cluster.Edit(Kinds.Rollouts, SimulatedWorld.Key, r => r["spec"]!["steps"] = steps); // it has a spec
            if (kind == MishapKind.BreakRollout)
            {
                world.After(TimeSpan.FromSeconds(random.Next(5, 25)), MendRollout);
            }
        }
    }

    /// <summary>Steps that make the rollout unusable.</summary>
    public static JsonArray Shrinking() =>
        [
            new JsonObject { ["stores"] = "50%", ["minDuration"] = "5s" },
            new JsonObject { ["stores"] = "10%", ["minDuration"] = "5s" },
        ];

    private void MendRollout()
    {
        if (world.Cluster.Find(Kinds.Rollouts, SimulatedWorld.Key) is not null)
        {
            var steps = FleetObjects.StepsNode(world.Objects.Steps());
            world.Cluster.Edit(Kinds.Rollouts, SimulatedWorld.Key, r => r["spec"]!["steps"] = steps); // it has a spec
        }
    }

    private void CreateRollout()
    {
        if (world.Cluster.Find(Kinds.Rollouts, SimulatedWorld.Key) is null)
        {
            world.Cluster.Create(Kinds.Rollouts, FleetObjects.Namespace, world.Objects.Rollout());
        }
    }

    /// <summary>Like <c>kubectl replace --force</c>: deletes and creates the connector; it gets a new UID and no status.</summary>
    private void ReplaceConnector()
    {
        var old = world.Cluster.Find(Kinds.Connectors, SimulatedWorld.Key)!; // worlds always have one
        var spec = JsonNode.Parse(old.Json.GetProperty("spec").GetRawText());
        world.Cluster.Delete(Kinds.Connectors, SimulatedWorld.Key);
        var item = new JsonObject
        {
            ["apiVersion"] = Api.ApiGroup.ApiVersion,
            ["kind"] = Api.ApiGroup.ConnectorKind,
            ["metadata"] = new JsonObject { ["name"] = FleetObjects.Name, ["namespace"] = FleetObjects.Namespace },
            ["spec"] = spec,
        };
        world.Cluster.Create(Kinds.Connectors, FleetObjects.Namespace, item);
    }

    private void LoseRecord()
    {
        foreach (var head in world.Cluster.All(Kinds.Records).Where(IsHead).ToList())
        {
            world.Cluster.Delete(Kinds.Records, head.Key);
        }
    }

    private static bool IsHead(KubeObject item) => item.Label($"{Api.ApiGroup.Name}/record-role") == "head";

    private void WipeStatuses()
    {
        var key = SimulatedWorld.Key;
        (ResourceType Type, ObjectKey Key)[] all =
        [
            (Kinds.Connectors, key),
            (Kinds.Rollouts, key),
            .. world.Cluster.All(Kinds.Actions).Select(a => (Kinds.Actions, a.Key)),
        ];
        foreach (var (type, name) in all)
        {
            if (world.Cluster.Find(type, name) is { } item)
            {
                var user = world.Cluster.Connect("user");
                // The fake answers at once.
                user.PatchStatusAsync(type, item.Key, """{"status":null}"""u8.ToArray(), CancellationToken.None)
                    .GetAwaiter()
                    .GetResult();
            }
        }
    }

    /// <summary>Deletes pods only while an operator runs and can see the deletion: decision 0003 does not cover the other case.</summary>
    private void DeletePods()
    {
        if (!world.Alive.Any())
        {
            return;
        }
        var isDrain = random.Next(2) == 0;
        foreach (var pod in world.Cluster.All(CoreTypes.Pods).Where(_ => random.Next(2) == 0).ToList())
        {
            if (isDrain)
            {
                world.Cluster.Edit(CoreTypes.Pods, pod.Key, p => SyncPods.Drain(p, world.Now));
            }
            world.Cluster.Delete(CoreTypes.Pods, pod.Key, random.Next(2) == 0 ? TimeSpan.Zero : null);
        }
    }

    private void TakeServerDown(TimeSpan length)
    {
        foreach (var process in world.Alive)
        {
            var rule = process.Client.Faults.Add(_ => Fault.Before(KubeErrors.ConnectionReset()));
            world.After(length, rule.Dispose);
        }
        world.Cluster.DropWatches(WatchEnd.Broken);
    }

    private void Temporarily(TimeSpan length, Action begin, Action end)
    {
        begin();
        world.After(length, end);
    }

    private void OneProcess(Action<OperatorProcess> action)
    {
        var alive = world.Alive.ToList();
        if (alive.Count > 0)
        {
            action(alive[random.Next(alive.Count)]);
        }
    }
}
