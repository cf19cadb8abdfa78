using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Operator.Planning.Record.Encoding;

/// <summary>A list of numbers as text, in its order, with runs of consecutive numbers as ranges, such as <c>0-24,30,7</c>.</summary>
internal static class NumberText
{
    public static string Of(IReadOnlyList<int> numbers)
    {
        var text = new StringBuilder();
        for (var i = 0; i < numbers.Count; )
        {
            var first = i;
            for (i++; i < numbers.Count && numbers[i] == numbers[i - 1] + 1; i++) { }
            text.Append(text.Length == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"{numbers[first]}");
            if (i - first > 1)
            {
                text.Append(CultureInfo.InvariantCulture, $"-{numbers[i - 1]}");
            }
        }
        return text.ToString();
    }

    /// <summary>Throws <see cref="JsonException"/> when the text is no such list, or has a number that is not below <paramref name="limit"/>.</summary>
    public static List<int> Read(string text, int limit)
    {
        var numbers = new List<int>();
        if (text.Length == 0)
        {
            return numbers;
        }
        foreach (var piece in text.AsSpan().Split(','))
        {
            var range = text.AsSpan()[piece];
            var dash = range.IndexOf('-');
            var (first, last) =
                dash < 0 ? (Number(range), Number(range)) : (Number(range[..dash]), Number(range[(dash + 1)..]));
            if (last < first || last >= limit)
            {
                throw new JsonException(
                    string.Create(CultureInfo.InvariantCulture, $"'{range}' is no range of numbers below {limit}")
                );
            }
            for (var number = first; number <= last; number++)
            {
                numbers.Add(number);
            }
        }
        return numbers;
    }

    private static int Number(ReadOnlySpan<char> digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new JsonException($"'{digits}' is no number of a store");
}
