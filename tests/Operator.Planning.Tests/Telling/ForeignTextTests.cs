using Operator.Planning.Facts;

namespace Operator.Planning.Tests.Telling;

/// <summary>Text of others is made harmless and short before it is told.</summary>
public sealed class ForeignTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("two\nlines\tand \u001b[31mred\u0000", "two lines and [31mred")]
    [InlineData("  edges  ", "edges")]
    [InlineData("0123456789abcdefghijklmn", "…fghijklmn")]
    public void A_line_has_no_control_character_and_keeps_its_end(string text, string line) =>
        Assert.Equal(line, ForeignText.Line(text, most: 10 + (text.Length < 24 ? 100 : 0)));

    [Fact]
    public void No_half_character_is_left()
    {
        const string face = "\ud83d\ude00";

        Assert.Equal("abc…", ForeignText.Cut($"abc{face}d", 5));
        Assert.Equal($"abc{face}", ForeignText.Cut($"abc{face}", 5));
        Assert.Equal("half", ForeignText.Line($"half{face[..1]}"));
        Assert.Equal("…fgh", ForeignText.Line($"0123456789{face}fgh", 5));
    }

    [Theory]
    [InlineData(0, "Completed", "exit code 0")]
    [InlineData(1, "Error", "exit code 1")]
    [InlineData(3, "Strange\n", "exit code 3 (Strange)")]
    [InlineData(127, "Error", "exit code 127 (a command was not found)")]
    [InlineData(134, "Error", "exit code 134 (SIGABRT)")]
    [InlineData(137, "Error", "exit code 137 (SIGKILL)")]
    [InlineData(139, "Error", "exit code 139 (SIGSEGV)")]
    [InlineData(143, "Error", "exit code 143 (SIGTERM)")]
    [InlineData(192, "Error", "exit code 192 (signal 64)")]
    [InlineData(255, "Error", "exit code 255")]
    public void Exit_codes_have_words(int code, string reason, string words) =>
        Assert.Equal(words, ExitCodes.Describe(code, reason));
}
