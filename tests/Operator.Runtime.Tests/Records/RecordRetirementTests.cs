using System.Text.Json.Nodes;
using Operator.Testing;

namespace Operator.Runtime.Tests.Records;

/// <summary>A record is kept for 30 days after its subject is gone, then all of it is deleted. Here the subjects are Leases.</summary>
public sealed class RecordRetirementTests : IDisposable
{
    private readonly RecordWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task A_record_is_kept_for_30_days_without_its_subject_and_then_nothing_of_it_is_left()
    {
        await _world.NewWriter().CommitAsync("a=1 b=1 last=1");

        await PassAsync(days: 29);
        Assert.Equal("1: a=1 b=1 last=1", RecordWorld.Text(await _world.ReadAsync(witness: 1)));
        await PassAsync(days: 2);

        Assert.Empty(_world.Cluster.All(ResourceKinds.Records.Type));
        await _world.NewWriter().CommitAsync("a=9");
        Assert.Equal("1: a=9", RecordWorld.Text(await _world.ReadAsync(witness: 1)));
    }

    [Fact]
    public async Task The_record_of_a_subject_that_is_there_stays_however_old()
    {
        MakeSubject();
        await _world.NewWriter().CommitAsync("a=1");

        await PassAsync(days: 90);

        Assert.Equal("1: a=1", RecordWorld.Text(await _world.ReadAsync(witness: 1)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_time_begins_anew_when_the_subject_was_back_in_between(bool commits)
    {
        await _world.NewWriter().CommitAsync("a=1");
        await PassAsync(days: 29);
        MakeSubject();
        if (commits)
        {
            await _world.NewWriter().CommitAsync("a=2");
        }
        await PassAsync(days: 1);
        _world.Cluster.Delete(CoreTypes.Leases, RecordWorld.Subject);

        await PassAsync(days: 29);
        Assert.NotEmpty(_world.Parts);
        await PassAsync(days: 2);

        Assert.Empty(_world.Cluster.All(ResourceKinds.Records.Type));
    }

    [Fact]
    public async Task One_hour_by_a_clock_that_is_a_year_ahead_removes_nothing()
    {
        await _world.NewWriter().CommitAsync("a=1");
        await PassAsync(days: 1);
        _world.Cluster.ClockSkew = TimeSpan.FromDays(-365);
        _world.Time.Advance(TimeSpan.FromDays(365));

        await RetireAsync(_world.NewWriter());

        Assert.Equal("1: a=1", RecordWorld.Text(await _world.ReadAsync(witness: 1)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_removal_that_breaks_off_at_any_call_leaves_all_of_the_record_or_none_of_it(bool isEmptied)
    {
        var isThrough = false;
        for (var call = 0; !isThrough; call++)
        {
            using var world = await LongGoneAsync(isEmptied);
            var writer = world.NewWriter();
            var (failing, seen) = (call, 0);
            writer.Client.Faults.Add(_ => seen++ == failing ? Fault.KilledAfter : null);

            isThrough = await TryAsync(() => RetireAsync(writer));

            // If the subject came back now, it would find all of the record or none of it.
            Assert.Contains(RecordWorld.Text(await world.ReadAsync()), (string[])["3: a=2 b=1", "absent"]);
            // The subject does not come back; the next processes finish the removal.
            await RetireAsync(world.NewWriter());
            await RetireAsync(world.NewWriter());
            Assert.Empty(world.Cluster.All(ResourceKinds.Records.Type));
            Assert.True(call < 20, "the removal never succeeds");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_commit_between_any_two_calls_of_a_removal_is_not_lost(bool isEmptied)
    {
        var isThrough = false;
        for (var call = 0; !isThrough; call++)
        {
            using var world = await LongGoneAsync(isEmptied);
            var (remover, other) = (world.NewWriter(), world.NewWriter());
            Task<StoredRecord>? commit = null;
            using var between = AtCall(remover, call, () => commit = other.CommitAsync("a=5 c=5"));

            await RetireAsync(remover);

            isThrough = commit is null;
            if (commit is not null)
            {
                var committed = RecordWorld.Text(await commit);
                Assert.Contains(committed, (string[])["4: a=5 b=1 c=5", "1: a=5 c=5"]);
                Assert.Equal(committed, RecordWorld.Text(await world.ReadAsync((await commit).Counter)));
            }
            Assert.True(call < 20, "the removal never succeeds");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_removal_between_any_two_calls_of_a_commit_makes_it_done_or_not_done(bool isEmptied)
    {
        var isThrough = false;
        for (var call = 0; !isThrough; call++)
        {
            using var world = await LongGoneAsync(isEmptied);
            var (remover, other) = (world.NewWriter(), world.NewWriter());
            Task<int>? removal = null;
            using var between = AtCall(other, call, () => removal = RetireAsync(remover));

            var isDone = await TryAsync(() => other.CommitAsync("a=5 c=5"));

            isThrough = removal is null;
            await (removal ?? Task.CompletedTask);
            var after = RecordWorld.Text(await world.ReadAsync());
            Assert.Contains(after, isDone ? (string[])["4: a=5 b=1 c=5", "1: a=5 c=5"] : ["absent"]);
            Assert.True(call < 20, "the removal never succeeds");
        }
    }

    /// <summary>
    /// A record of three commits whose subject has been gone for 31 days. Its removal has not begun, or is half done when
    /// <paramref name="isEmptied"/>.
    /// </summary>
    private static async Task<RecordWorld> LongGoneAsync(bool isEmptied)
    {
        var world = new RecordWorld();
        var writer = world.NewWriter();
        await writer.CommitAsync("a=1 b=1");
        await writer.CommitAsync("a=2");
        await writer.CommitAsync("last=-");
        await RetireAsync(world.NewWriter());
        world.Time.Advance(TimeSpan.FromDays(31));
        if (isEmptied)
        {
            await RetireAsync(world.NewWriter());
            world.Time.Advance(TimeSpan.FromHours(1));
        }
        return world;
    }

    /// <summary>Runs the action just before call number <paramref name="call"/> of the writer. The fake answers at once.</summary>
    private static IDisposable AtCall(Writer writer, int call, Action act)
    {
        var seen = 0;
        return writer.Client.Faults.Add(_ =>
        {
            if (seen++ == call)
            {
                act();
            }
            return null;
        });
    }

    /// <summary>Retires records every hour, each time by a new process without memory.</summary>
    private async Task PassAsync(int days)
    {
        for (var hour = 0; hour < days * 24; hour++)
        {
            await RetireAsync(_world.NewWriter());
            _world.Time.Advance(TimeSpan.FromHours(1));
        }
        await RetireAsync(_world.NewWriter());
    }

    private void MakeSubject() =>
        _world.Cluster.Create(
            CoreTypes.Leases,
            RecordWorld.Subject.Namespace,
            new JsonObject { ["metadata"] = new JsonObject { ["name"] = RecordWorld.Subject.Name } }
        );

    private static Task<int> RetireAsync(Writer writer) =>
        writer.Store.RetireAsync(CoreTypes.Leases, ns: null, RecordWorld.Stop);

    private static async Task<bool> TryAsync(Func<Task> act)
    {
        try
        {
            await act();
            return true;
        }
        catch (Exception e) when (e is OperationCanceledException or KubeApiException)
        {
            return false;
        }
    }
}
