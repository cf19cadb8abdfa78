using System.Globalization;
using System.Text;

namespace Operator.Cli;

/// <summary>
/// Texts of others for a terminal. A manifest or a worker's note may contain escape sequences that move the cursor or recolour lines, or
/// marks that turn the order of letters around; they are shown as <c>\u{1B}</c>.
/// </summary>
internal static class SafeText
{
    public static string Of(string text)
    {
        if (!text.EnumerateRunes().Any(IsUnsafe))
        {
            return text;
        }
        var shown = new StringBuilder(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsUnsafe(rune))
            {
                shown.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:X}}}");
            }
            else
            {
                shown.Append(rune);
            }
        }
        return shown.ToString();
    }

    private static bool IsUnsafe(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator;
}
