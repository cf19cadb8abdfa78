using System.Security.Cryptography;
using System.Text;
using Operator.Planning.Facts;
using Operator.Planning.Tests.KnownFaults;

namespace Operator.Planning.Tests.Endings;

/// <summary>Words of kubelets and runtimes that name the pod: the condition stays the same while its cause does.</summary>
public sealed class KubeletWordStories
{
    [Theory]
    [InlineData(
        "exec: \"sync\": executable file not found in $PATH",
        "exec: \"sync\": executable file not found in $PATH"
    )]
    [InlineData("pod run-1: 2026-11-24, 0/12 nodes, facade", "pod …: 2026-11-24, 0/12 nodes, facade")]
    [InlineData("is reserved for \"3f2a9c0b7d11e5\"", "is reserved for \"…\"")]
    public void Only_names_and_ids_are_hidden(string words, string expected) =>
        Assert.Equal(expected, KubeletWords.WithoutNames(new ObservedPod { Name = "run-1" }, words));

    [Theory]
    [InlineData("CreateContainerError")]
    [InlineData("StartError")]
    [InlineData("Init")]
    public void The_message_is_the_same_on_each_due_time(string kind)
    {
        var lab = new PodLab(10);
        lab.Life = (pod, _) =>
        {
            var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(pod.Name)));
            var uid = new Guid(Convert.FromHexString(id)[..16]).ToString();
            var reserved =
                $"failed to reserve container name \"sync_{pod.Name}_shop_{uid}_0\": name \"sync_{pod.Name}_shop_{uid}_0\" is reserved for \"{id}\"";
            return kind switch
            {
                "CreateContainerError" => pod with { Container = new ContainerSight.Waiting(kind, reserved) },
                "Init" => lab.Now < pod.CreatedAt.AddSeconds(5)
                    ? pod
                    : pod with
                    {
                        Phase = PodPhase.Failed,
                        Container = new ContainerSight.Waiting("PodInitializing", ""),
                        Init = new InitSight(
                            "setup",
                            new ContainerSight.Terminated(
                                1,
                                "Error",
                                $"no route for {pod.Name} ({uid})",
                                pod.CreatedAt,
                                lab.Now
                            )
                        ),
                    },
                _ => pod with
                {
                    Phase = PodPhase.Failed,
                    Container = new ContainerSight.Terminated(
                        128,
                        kind,
                        $"error mounting \"/var/lib/kubelet/pods/{uid}/volumes/x\" to rootfs: no such file",
                        DateTimeOffset.UnixEpoch,
                        lab.Now
                    ),
                },
            };
        };

        lab.RunTo(lab.NextSlot.AddMinutes(4), stepSeconds: 2);
        var first = lab.Ready.Message;
        lab.RunTo(lab.NextSlot.AddMinutes(4), stepSeconds: 2);

        Assert.Equal("False", lab.Ready.Status);
        Assert.Equal(first, lab.Ready.Message);
    }
}
