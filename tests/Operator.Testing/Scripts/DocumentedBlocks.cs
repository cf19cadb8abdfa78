using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Operator.Testing;

/// <summary>The fenced blocks of a Markdown file of this repository, so that tests use what a reader copies.</summary>
public static partial class DocumentedBlocks
{
    /// <summary>The texts of the blocks of this language, in the order of the file.</summary>
    public static ImmutableArray<string> Of(string file, string language) =>
        [
            .. Fences()
                .Matches(File.ReadAllText(Repository.PathOf(file)))
                .Where(m => m.Groups["language"].Value == language)
                .Select(m => m.Groups["text"].Value),
        ];

    [GeneratedRegex(
        "^```(?<language>[a-z]*)\n(?<text>.*?)^```$",
        RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Fences();
}
