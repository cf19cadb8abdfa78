using CsCheck;
using Operator.Testing;

namespace Operator.Runtime.Tests.Leases;

/// <summary>Three replicas with random faults. A replica never writes while another replica holds the lease.</summary>
public sealed class LeaseWorlds
{
    private static readonly Gen<Trouble> AnyTrouble = Gen.Select(
        Gen.Int[0, 2],
        Gen.Int[0, 6],
        Gen.Int[0, 40],
        Gen.Int[0, 20],
        (replica, kind, at, lasts) =>
            new Trouble(replica, (Kind)kind, TimeSpan.FromSeconds(at), TimeSpan.FromSeconds(lasts))
    );

    private enum Kind
    {
        Cut,
        AnswersLost,
        AnswersSlow,
        WritesLate,
        Stopped,
        LeaseDeleted,
        ToldToStop,
    }

    /// <summary>A fault of one replica, from <paramref name="At"/> after the start, for <paramref name="Lasts"/>.</summary>
    private sealed record Trouble(int Replica, Kind Kind, TimeSpan At, TimeSpan Lasts);

    [Fact]
    public void Nobody_writes_while_another_has_the_lease() =>
        AnyTrouble.Array[1, 8].Sample(troubles => new World().Run(OneDeletionOf(troubles)), iter: 40, threads: 1);

    /// <summary>Keeps only one deletion: the protocol is not safe when a lease is made, deleted and made again between two reads.</summary>
    private static Trouble[] OneDeletionOf(Trouble[] troubles) =>
        [
            .. troubles.Where(t => t.Kind != Kind.LeaseDeleted),
            .. troubles.Where(t => t.Kind == Kind.LeaseDeleted).Take(1),
        ];

    private sealed class World
    {
        private readonly VirtualTime _time = new();

        public void Run(Trouble[] troubles)
        {
            using var cluster = new FakeCluster(_time);
            var watch = new OneLeader(cluster);
            var replicas = new[] { "a", "b", "c" }.Select(n => new Replica(cluster, _time, n)).ToList();
            _time.Run(() => LiveAsync(cluster, replicas, troubles));
            replicas.ForEach(r => r.Dispose());

            Assert.Empty(watch.Violations);
            Assert.NotEmpty(watch.Spells);
        }

        private async Task LiveAsync(FakeCluster cluster, List<Replica> replicas, Trouble[] troubles)
        {
            replicas.ForEach(r => r.Start());
            // Wait until all replicas have seen the lease: a replica that never saw it takes a deleted lease for a new one.
            await Task.Delay(TimeSpan.FromSeconds(5), _time);
            await Task.WhenAll(troubles.Select(t => MakeAsync(t, replicas[t.Replica], cluster)));
            await Task.Delay(TimeSpan.FromMinutes(1), _time);
            // Replicas that lost the lease have ended. One of the others leads, unless none is left.
            Assert.Equal(replicas.Exists(r => !r.Run.IsCompleted) ? 1 : 0, replicas.Count(r => r.Lease.IsLeading));
            replicas.ForEach(r => r.Stop());
            foreach (var run in replicas.Select(r => r.Run))
            {
                await run.ContinueWith(_ => { }, TaskScheduler.FromCurrentSynchronizationContext());
            }
        }

        private async Task MakeAsync(Trouble trouble, Replica replica, FakeCluster cluster)
        {
            await Task.Delay(trouble.At, _time);
            var faults = replica.Client.Faults;
            using var fault = trouble.Kind switch
            {
                Kind.Cut => faults.Add(_ => Fault.Lost),
                Kind.AnswersSlow => faults.Add(_ => Fault.SlowAnswer(TimeSpan.FromSeconds(4))),
                Kind.AnswersLost => faults.Add(_ => Fault.AnswerLost),
                // The latest time at which a write can arrive: the server drops it after the timeout in the request.
                Kind.WritesLate => faults.Add(r => r.IsWrite ? Fault.Late(TimeSpan.FromSeconds(4.9)) : null),
                _ => null,
            };
            if (trouble.Kind == Kind.LeaseDeleted && replica.Lease.IsLeading)
            {
                cluster.Delete(CoreTypes.Leases, Replica.Key);
            }
            else if (trouble.Kind == Kind.ToldToStop)
            {
                replica.Stop();
            }
            else if (trouble.Kind == Kind.Stopped)
            {
                replica.Time.Stop();
            }
            await Task.Delay(trouble.Lasts, _time);
            replica.Time.Continue();
        }
    }
}
