using System.Text;

namespace Operator.Runtime;

internal static class Utf8Text
{
    /// <summary>Cuts the text after the last whole character that fits in <paramref name="mostBytes"/>.</summary>
    public static string Cut(string text, int mostBytes)
    {
        if (Encoding.UTF8.GetByteCount(text) <= mostBytes)
        {
            return text;
        }
        var (bytes, length) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > mostBytes)
            {
                break;
            }
            length += rune.Utf16SequenceLength;
        }
        return text[..length];
    }
}
