using Operator.Testing;

namespace Operator.Runtime.Tests.Queue;

public sealed class StridesTests
{
    private readonly VirtualTime _time = new();
    private readonly Strides _strides;

    public StridesTests() => _strides = new Strides(_time);

    [Fact]
    public void Without_work_there_is_no_pause()
    {
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(TimeSpan.Zero, _strides.LongestPause);
    }

    [Fact]
    public async Task Each_step_of_the_work_ends_its_pause_and_no_other()
    {
        var (first, second) = (new TaskCompletionSource(), new TaskCompletionSource());
        var busy = WorkAsync(first);
        var hanging = WorkAsync(second);
        _time.Advance(TimeSpan.FromMinutes(4));
        first.SetResult();
        await busy;
        _time.Advance(TimeSpan.FromMinutes(3));

        Assert.Equal(TimeSpan.FromMinutes(7), _strides.LongestPause);
        second.SetResult();
        await hanging;
        Assert.Equal(TimeSpan.Zero, _strides.LongestPause);
    }

    [Fact]
    public async Task Work_that_makes_steps_may_last_for_any_time()
    {
        using var work = _strides.Begin();
        for (var minute = 0; minute < 60; minute++)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            await StepAsync();
            Assert.Equal(TimeSpan.Zero, _strides.LongestPause);
        }
        _time.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(TimeSpan.FromMinutes(6), _strides.LongestPause);
    }

    [Fact]
    public void A_step_of_nobodys_work_changes_nothing()
    {
        _strides.Step();

        Assert.Equal(TimeSpan.Zero, _strides.LongestPause);
    }

    private async Task WorkAsync(TaskCompletionSource call)
    {
        using var work = _strides.Begin();
        await call.Task;
        _strides.Step();
    }

    private async Task StepAsync()
    {
        await Task.Yield();
        _strides.Step();
    }
}
