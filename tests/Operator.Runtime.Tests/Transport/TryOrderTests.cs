using Operator.Testing;

namespace Operator.Runtime.Tests.Transport;

/// <summary>Which writes come first after some have failed.</summary>
public sealed class TryOrderTests
{
    private static readonly ObjectKey Key = new("shop", "c");
    private static readonly string[] Writes = ["a", "b", "c", "d", "e"];
    private readonly VirtualTime _time = new();
    private readonly TryOrder _order = new();

    [Fact]
    public async Task What_failed_comes_last()
    {
        await RoundAsync(tried: 5, failing: "bd");

        Assert.Equal("acebd", Order);
    }

    [Fact]
    public async Task What_failed_and_was_not_tried_again_keeps_its_turn()
    {
        await RoundAsync(tried: 2, failing: "abcde");
        Assert.Equal("cdeab", Order);

        await RoundAsync(tried: 2, failing: "abcde");
        Assert.Equal("eabcd", Order);

        await RoundAsync(tried: 2, failing: "abcde");
        Assert.Equal("bcdea", Order);
    }

    [Fact]
    public async Task What_succeeds_has_its_own_place_again()
    {
        await RoundAsync(tried: 5, failing: "abc");

        await RoundAsync(tried: 5, failing: "");

        Assert.Equal("abcde", Order);
    }

    [Fact]
    public async Task Objects_have_their_own_orders_and_lose_them_when_they_are_gone()
    {
        await RoundAsync(tried: 5, failing: "a");
        Assert.Equal("abcde", string.Concat(_order.Of(new ObjectKey("shop", "other"), Writes, w => w)));

        _order.Forget(Key);

        Assert.Equal("abcde", Order);
    }

    private string Order => string.Concat(_order.Of(Key, Writes, w => w));

    /// <summary>A pass in which so many writes are tried before it ends.</summary>
    private async Task RoundAsync(int tried, string failing)
    {
        var pass = new WritePass(_time);
        foreach (var (index, write) in _order.Of(Key, Writes, w => w).Index())
        {
            await pass.TryAsync(
                write,
                () =>
                {
                    _time.Advance(TimeSpan.FromSeconds(index + 1 < tried || tried == Writes.Length ? 0 : 31));
                    return failing.Contains(write, StringComparison.Ordinal)
                        ? throw KubeErrors.Timeout()
                        : Task.CompletedTask;
                }
            );
        }
        _order.Note(Key, pass);
    }
}
