using System.Globalization;
using System.Text;

namespace Operator.Planning.Record;

/// <summary>
/// Run-length encoding of a row of outcomes: a letter, and the number of repeats when above 1, such as <c>o9990u10</c>. The text
/// never has more characters than the row has outcomes, and a row without failures has only a few.
/// </summary>
internal static class OutcomeLetters
{
    private static readonly bool[] KnownLetters =
    [
        .. Enumerable.Range(0, byte.MaxValue + 1).Select(letter => Enum.IsDefined((StoreOutcome)letter)),
    ];

    public static string Pack(ReadOnlySpan<StoreOutcome> row)
    {
        var text = new StringBuilder();
        for (var start = 0; start < row.Length; )
        {
            var end = start + 1;
            while (end < row.Length && row[end] == row[start])
            {
                end++;
            }
            text.Append((char)row[start]);
            if (end - start > 1)
            {
                text.Append(CultureInfo.InvariantCulture, $"{end - start}");
            }
            start = end;
        }
        return text.ToString();
    }

    /// <summary>Reads <paramref name="length"/> outcomes. When the text has fewer, the rest is <paramref name="missing"/>.</summary>
    public static StoreOutcome[] Unpack(string text, int length, StoreOutcome missing)
    {
        var row = new StoreOutcome[length];
        var (at, place) = (0, 0);
        while (at < text.Length && place < length)
        {
            var letter = Known(text[at++]);
            var digits = at;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
            {
                at++;
            }
            var count = Count(text.AsSpan(digits, at - digits), length - place);
            row.AsSpan(place, count).Fill(letter);
            place += count;
        }
        row.AsSpan(place).Fill(missing);
        return row;
    }

    private static int Count(ReadOnlySpan<char> digits, int most) =>
        digits.IsEmpty ? 1
        : int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? Math.Min(count, most)
        : most;

    private static StoreOutcome Known(char letter) =>
        letter < KnownLetters.Length && KnownLetters[letter] ? (StoreOutcome)letter : StoreOutcome.Unknown;
}
