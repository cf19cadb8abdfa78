using Operator.Planning.Facts;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Telling;

/// <summary>What Ready and the condition PodsRefused say of pods that the API server refuses.</summary>
public sealed class RefusalStories
{
    [Fact]
    public void Pods_that_are_refused_on_each_due_time_are_told_once()
    {
        var world = Conditions.EveryFiveMinutes();
        world.Refusal = new CreateRefusal(RefusalKind.Quota, "exceeded quota: none");
        var conditions = new HashSet<bool>();
        var messages = new HashSet<string>();

        // Second by second, as refusals wake the program every few seconds.
        world.Run(
            TimeSpan.FromMinutes(36),
            w =>
            {
                if (w.Now.Minute >= 6)
                {
                    conditions.Add(w.Condition(Reasons.PodsRefused) is not null);
                    messages.Add(w.Ready().Message);
                }
                return false;
            }
        );

        Assert.Equal([true], conditions);
        Assert.Single(messages);
        // One of the refusal, and one of the due time that synced nothing for it.
        Assert.InRange(world.Events.Count(e => e is { Reason: Reasons.QuotaExceeded, IsWarning: true }), 1, 2);
    }

    [Fact]
    public void The_name_of_a_refused_pod_is_left_out_because_each_due_time_has_others()
    {
        var lab = new PodLab(10);
        lab.Admit = pod => new CreateRefusal(
            RefusalKind.Quota,
            $"pods \"{pod.Name}\" is forbidden: exceeded quota: none"
        );

        lab.RunTo(lab.NextSlot.AddSeconds(5));

        Assert.Equal(
            "the API server refuses to create sync pods: pods \"…\" is forbidden: exceeded quota: none",
            lab.Ready.Message
        );
    }

    [Fact]
    public void A_refusal_that_is_over_is_over_with_the_first_pod_that_is_accepted()
    {
        var world = Conditions.EveryFiveMinutes();
        world.Refusal = new CreateRefusal(RefusalKind.Quota, "exceeded quota: none");
        world.Run(TimeSpan.FromMinutes(9));
        Given.That(world.Condition(Reasons.PodsRefused) is not null, "refused pods");

        world.Refusal = null;
        world.Run(TimeSpan.FromSeconds(62));

        Given.That(world.HasLivePods, "runs of the next due time");
        Assert.Null(world.Condition(Reasons.PodsRefused));
    }

    /// <summary>The quota has room for most of the runs at a time, and the others follow.</summary>
    [Fact]
    public void Pods_that_wait_for_a_place_of_a_quota_while_others_run_do_not_make_Ready_false()
    {
        var lab = new PodLab(40, f => f with { MaxStoresPerRun = 10 });
        lab.Admit = _ =>
            lab.Pods.Values.Count(p => !PodIndex.HasEnded(p)) >= 3
                ? new CreateRefusal(RefusalKind.Quota, "exceeded quota: pods, limited: pods=3")
                : null;
        lab.RunTo(lab.NextSlot);
        var statuses = new HashSet<string>();

        for (var i = 0; i < 600; i++)
        {
            lab.Run(TimeSpan.FromSeconds(1));
            statuses.Add(lab.Ready.Status);
        }

        Assert.Equal(0, lab.Last.ConnectorStatus.Flows[0].Missed.StoreSyncs);
        Assert.DoesNotContain("False", statuses);
    }

    [Fact]
    public void Pods_that_the_API_server_refuses_are_a_condition_of_their_own_even_while_suspended()
    {
        var world = Conditions.EveryFiveMinutes();
        world.Refusal = new CreateRefusal(RefusalKind.Quota, "exceeded quota: pods, limited: pods=0");
        world.Run(TimeSpan.FromSeconds(305));
        var before = world.ReadyIs();

        world.Connector = world.Connector with { Spec = world.Connector.Spec with { Suspend = true } };
        world.Step();

        Assert.Equal(("False", Reasons.QuotaExceeded), before);
        Assert.Equal(("True", Reasons.Suspended), world.ReadyIs());
        Assert.Equal(Reasons.QuotaExceeded, world.Condition(Reasons.PodsRefused)?.Reason);
        Assert.Single(world.Events, e => e.Reason == Reasons.QuotaExceeded);
    }
}
