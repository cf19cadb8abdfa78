using System.Text;

namespace Operator.Planning.Facts;

/// <summary>Makes text of a container runtime, a kubelet or the API server fit for conditions, events and the record.</summary>
internal static class ForeignText
{
    /// <summary>Longest text of others in a message.</summary>
    public const int MostCharacters = 160;

    /// <summary>
    /// One line without control characters. Of a long text the end is kept: a runtime names the layers first and the cause last.
    /// </summary>
    public static string Line(string text, int most = MostCharacters)
    {
        var line = new StringBuilder(Math.Min(text.Length, 4 * most));
        foreach (var c in text.AsSpan(Math.Max(0, text.Length - (4 * most))))
        {
            var isBlank = char.IsControl(c) || char.IsWhiteSpace(c) || c is '\u2028' or '\u2029';
            if (!isBlank)
            {
                line.Append(c);
            }
            else if (line.Length > 0 && line[^1] != ' ')
            {
                line.Append(' ');
            }
        }
        var clean = line.ToString().TrimEnd();
        return clean.Length <= most ? WithoutHalves(clean) : $"…{WithoutHalves(clean[^(most - 1)..])}";
    }

    /// <summary>
    /// One line without control characters. Of a long text the beginning is kept, which names the kind of trouble, and the end.
    /// </summary>
    public static string Ends(string text, int most = MostCharacters)
    {
        var end = Line(text, most);
        if (end is not ['…', ..])
        {
            return end;
        }
        var begin = Cut(Line(text[..Math.Min(text.Length, most)], most), most / 3);
        return begin + WithoutHalves(end[begin.Length..]);
    }

    /// <summary>The beginning of the text, at most this long.</summary>
    public static string Cut(string text, int most) =>
        text.Length <= most ? text : $"{WithoutHalves(text[..(most - 1)])}…";

    /// <summary>A cut can leave half of a character, which is no valid text.</summary>
    private static string WithoutHalves(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\ud800', '\udfff'))
        {
            return text;
        }
        var whole = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune != Rune.ReplacementChar)
            {
                whole.Append(rune.ToString());
            }
        }
        return whole.ToString();
    }
}
