using System.Globalization;
using System.Text.Json;
using CsCheck;

namespace Operator.Api.Tests;

public sealed class ValueTests
{
    private const int LongestDuration = 32;
    private const int LongestPercent = 12;
    private static readonly TimeSpan LongestSpan = TimeSpan.FromDays(3660);

    [Theory]
    [InlineData("90s", 90)]
    [InlineData("1h30m", 5400)]
    [InlineData("1.5h", 5400)]
    [InlineData("250ms", 0.25)]
    [InlineData("0s", 0)]
    [InlineData("30m1h", 5400)]
    public void Duration_is_read_as_go_reads_it(string text, double seconds)
    {
        Assert.Equal(TimeSpan.FromSeconds(seconds), new Duration(text).Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("90")]
    [InlineData("s")]
    [InlineData("-5s")]
    [InlineData("1 m")]
    [InlineData("1d")]
    [InlineData(".5h")]
    [InlineData("5.h")]
    [InlineData("1.2.3s")]
    [InlineData("1m\n")]
    [InlineData("١s")]
    [InlineData("99999999999h")]
    public void Text_that_is_no_duration_is_not_read(string text)
    {
        Assert.False(new Duration(text).TryGet(out _));
        Assert.Throws<FormatException>(() => new Duration(text).Value);
    }

    [Fact]
    public void Duration_reads_what_the_schema_takes_and_nothing_else()
    {
        Gen.OneOf(TextOf("0123456789.msh", 12), TextOf("0123456789.msh +-d\n", 40), TextOf("19ms", 32))
            .Sample(
                text =>
                {
                    var isTaken = ValuePatterns.Takes(ValuePatterns.Duration, text, LongestDuration);
                    var isRead = new Duration(text).TryGet(out var value);
                    // The schema cannot limit the sum of the parts; Duration allows about ten years.
                    return isRead ? isTaken && value <= LongestSpan : !isTaken || HasHugePart(text);
                },
                iter: 20_000
            );
    }

    [Fact]
    public void Duration_survives_being_written()
    {
        Gen.Long[0, 86_400_000]
            .Select(ms => TimeSpan.FromMilliseconds(ms))
            .Sample(span => Duration.From(span).Value == span);
    }

    [Theory]
    [InlineData("5%", "0.05")]
    [InlineData("0.5%", "0.005")]
    [InlineData("100%", "1")]
    [InlineData("0%", "0")]
    [InlineData("2.5000%", "0.025")]
    public void Percent_is_read_as_a_fraction(string text, string fraction)
    {
        Assert.Equal(decimal.Parse(fraction, CultureInfo.InvariantCulture), new Percent(text).Fraction);
    }

    [Theory]
    [InlineData("")]
    [InlineData("%")]
    [InlineData("5")]
    [InlineData("-5%")]
    [InlineData("5 %")]
    [InlineData(".5%")]
    [InlineData("5.%")]
    [InlineData("05%")]
    [InlineData("1e1%")]
    [InlineData("5%\n")]
    [InlineData("0.00001%")]
    public void Text_that_is_no_percentage_is_not_read(string text)
    {
        Assert.False(new Percent(text).TryGet(out _));
        Assert.Throws<FormatException>(() => new Percent(text).Fraction);
    }

    [Fact]
    public void Percent_up_to_all_is_what_the_schema_takes()
    {
        Gen.OneOf(
                TextOf("0123456789.%", 8),
                TextOf("015.%", 7).Select(t => t + "%"),
                TextOf("0.1", 8).Select(t => $"100{t}%")
            )
            .Sample(
                text =>
                    ValuePatterns.Takes(ValuePatterns.Percent, text, LongestPercent)
                    == (new Percent(text).TryGet(out var fraction) && fraction <= 1),
                iter: 20_000
            );
    }

    [Fact]
    public void Share_above_nothing_is_what_the_schema_takes()
    {
        Gen.OneOf(TextOf("0123456789.%", 8), TextOf("0123456789", 8), TextOf("015.%", 7).Select(t => t + "%"))
            .Sample(
                text =>
                {
                    var share = new StoreShare(text);
                    var isSane = share.TryGetCount(out var count)
                        ? count is >= 1 and <= 999_999
                        : share.TryGetFraction(out var fraction) && fraction <= 1;
                    return ValuePatterns.Takes(ValuePatterns.StoreShare, text, LongestPercent) == isSane;
                },
                iter: 20_000
            );
    }

    [Theory]
    [InlineData("3", "3")]
    [InlineData("\"3\"", "3")]
    [InlineData("\"5%\"", "\"5%\"")]
    public void Share_is_a_number_or_a_text(string json, string written)
    {
        var step = JsonSerializer.Deserialize($$"""{"stores":{{json}}}""", ApiJson.Default.RolloutStep)!;

        Assert.StartsWith(
            $$"""{"stores":{{written}}""",
            JsonSerializer.Serialize(step, ApiJson.Default.RolloutStep),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("100m", "0.1")]
    [InlineData("1.5", "1.5")]
    [InlineData("64Mi", "67108864")]
    [InlineData("1k", "1000")]
    [InlineData("2Gi", "2147483648")]
    public void Quantity_is_read_as_kubernetes_reads_it(string text, string value)
    {
        Assert.True(Quantity.TryRead(text, out var number));
        Assert.Equal(decimal.Parse(value, CultureInfo.InvariantCulture), number);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1 Gi")]
    [InlineData("-1")]
    [InlineData("1e3")]
    [InlineData("1mi")]
    [InlineData("1KB")]
    [InlineData("Mi")]
    public void Text_that_is_no_quantity_is_not_read(string text)
    {
        Assert.False(Quantity.TryRead(text, out _));
    }

    [Fact]
    public void Resource_may_be_written_as_a_number()
    {
        var resources = JsonSerializer.Deserialize(
            """{"requests":{"cpu":1,"memory":"64Mi"}}""",
            ApiJson.Default.PodResources
        )!;

        Assert.Equal("1", resources.Requests["cpu"]);
        Assert.Equal("64Mi", resources.Requests["memory"]);
    }

    [Fact]
    public void Value_of_a_later_version_reads_as_unknown()
    {
        var spec = JsonSerializer.Deserialize(
            """{"marketplace":"Etsy","updatePolicy":"rollout"}""",
            ApiJson.Default.ConnectorSpec
        )!;

        Assert.Equal(Marketplace.Unknown, spec.Marketplace);
        Assert.Equal(UpdatePolicy.Unknown, spec.UpdatePolicy);
    }

    private static Gen<string> TextOf(string characters, int longest) => Gen.String[Gen.Char[characters], 0, longest];

    /// <summary>With five or more digits the sum may exceed ten years (87,840 h). With four digits it cannot.</summary>
    private static bool HasHugePart(string text) => text.Count(char.IsAsciiDigit) > 4;
}
