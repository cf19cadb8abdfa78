using CsCheck;
using Operator.Testing;

namespace Operator.Runtime.Tests.Records;

/// <summary>After a crash between any two calls, the record is as before or as after the commit, and later commits succeed.</summary>
public sealed class RecordCrashTests
{
    private static readonly (string Name, Func<Fault> New)[] Faults =
    [
        ("killed before", () => Fault.KilledBefore),
        ("killed after", () => Fault.KilledAfter),
        ("not done", () => Fault.Before(KubeErrors.Timeout())),
        ("done, and the answer lost", () => Fault.After(KubeErrors.Timeout())),
        ("refused", () => Fault.Before(KubeErrors.InternalError())),
    ];

    public static TheoryData<int, string> Places =>
        [
            .. from fault in Enumerable.Range(0, Faults.Length)
            from history in (string[])["", "a=1 b=1", "lost"]
            select (fault, history),
        ];

    [Theory]
    [MemberData(nameof(Places))]
    public async Task A_commit_that_breaks_off_at_any_call_is_done_or_not_done(int fault, string history)
    {
        var isThrough = false;
        for (var call = 0; !isThrough; call++)
        {
            using var world = new RecordWorld();
            var witness = await PrepareAsync(world, history);
            var before = RecordWorld.Text(await world.ReadAsync(witness));
            var writer = world.NewWriter();
            var (failing, seen) = (call, 0);
            writer.Client.Faults.Add(_ => seen++ == failing ? Faults[fault].New() : null);

            isThrough = await TryCommitAsync(writer, "a=2 c=2 last=2", witness);

            var after = RecordWorld.Text(await world.ReadAsync(witness));
            Assert.Contains(after, isThrough ? [Expected(history)] : new[] { before, Expected(history) });
            // The next process can commit on this record.
            await world.NewWriter().CommitAsync("d=3 last=3", witness);
            var next = RecordWorld.Text(await world.ReadAsync(witness + 1));
            Assert.EndsWith("d=3 last=3", next, StringComparison.Ordinal);
            Assert.True(call < 20, "the commit never succeeds");
        }
    }

    [Fact]
    public void Two_writers_with_random_faults_never_make_anything_but_one_history() =>
        Gen.Select(Gen.Int[0, 1], Gen.Int[0, 7], Gen.Int[0, 4], Gen.Bool)
            .Array[1, 25]
            .Sample(Race.Run, iter: 150, threads: 1);

    private sealed class Race : IDisposable
    {
        private readonly RecordWorld _world = new();
        private readonly CommitBasis?[] _basis = new CommitBasis?[2];

        public static void Run((int Writer, int Call, int Fault, bool IsOtherReading)[] steps)
        {
            using var race = new Race();
            race.RunAsync(steps).GetAwaiter().GetResult(); // CsCheck samples synchronously, and the fake answers at once
        }

        public void Dispose() => _world.Dispose();

        /// <summary>Each step: the writer, the call that fails (or none), its fault, and whether the other writer reads first.</summary>
        private async Task RunAsync((int Writer, int Call, int Fault, bool IsOtherReading)[] steps)
        {
            var writers = new[] { _world.NewWriter(), _world.NewWriter() };
            var truth = "absent";
            for (var i = 0; i < steps.Length; i++)
            {
                var (who, call, fault, isOtherReading) = steps[i];
                var writer = writers[who];
                if (writer.Client.IsDead)
                {
                    (writer, _basis[who]) = (writers[who] = _world.NewWriter(), null);
                }
                _basis[who] ??= await writer.ReadBasisAsync();
                if (isOtherReading && !writers[1 - who].Client.IsDead)
                {
                    _basis[1 - who] ??= await writers[1 - who].ReadBasisAsync();
                }
                var seen = 0;
                using var rule = writer.Client.Faults.Add(_ => seen++ == call ? Faults[fault].New() : null);
                var isDone = await TryAsync(() => writer.CommitAsync(_basis[who]!, $"p{i % 3}={i} last={i}")); // was just read
                var now = RecordWorld.Text(await _world.ReadAsync());
                var isOurs = now.Contains($"last={i}", StringComparison.Ordinal);
                Assert.False(now.StartsWith("lost", StringComparison.Ordinal), now);
                Assert.True(isOurs || now == truth, $"{truth} became {now} in step {i}");
                Assert.True(isOurs || !isDone, "a successful commit is missing");
                Assert.True(!isOurs || CounterOf(now) == CounterOf(truth) + 1, $"{now} came after {truth}");
                (truth, _basis[who]) = (now, null);
            }
        }

        private static long CounterOf(string text) =>
            text == "absent" ? 0 : long.Parse(text.Split(':')[0], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task<long> PrepareAsync(RecordWorld world, string history)
    {
        if (history.Length == 0)
        {
            return 0;
        }
        await world.NewWriter().CommitAsync("a=1 b=1");
        if (history == "lost")
        {
            world.Cluster.Delete(ResourceKinds.Records.Type, world.Head.Key);
        }
        return 1;
    }

    private static string Expected(string history) =>
        history switch
        {
            "" => "1: a=2 c=2 last=2",
            "lost" => "2: a=2 c=2 last=2",
            _ => "2: a=2 b=1 c=2 last=2",
        };

    private static Task<bool> TryCommitAsync(Writer writer, string changes, long witness) =>
        TryAsync(() => writer.CommitAsync(changes, witness));

    private static async Task<bool> TryAsync(Func<Task> commit)
    {
        try
        {
            await commit();
            return true;
        }
        catch (Exception e) when (e is KubeApiException or TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }
}
