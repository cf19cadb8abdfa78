using System.Collections.Immutable;
using System.Text;

namespace Operator.Testing;

/// <summary>The fenced blocks of a Markdown file of this repository, so that tests use what a reader copies.</summary>
public static class DocumentedBlocks
{
    private const string Fence = "```";

    /// <summary>The texts of the blocks of this language, in the order of the file.</summary>
    public static ImmutableArray<string> Of(string file, string language)
    {
        var blocks = ImmutableArray.CreateBuilder<string>();
        StringBuilder? open = null;
        var isWanted = false;
        foreach (var line in File.ReadLines(Repository.PathOf(file)))
        {
            if (!line.StartsWith(Fence, StringComparison.Ordinal))
            {
                open?.Append(line).Append('\n');
            }
            else if (open is null)
            {
                (open, isWanted) = (new StringBuilder(), line[Fence.Length..] == language);
            }
            else
            {
                if (isWanted)
                {
                    blocks.Add(open.ToString());
                }
                open = null;
            }
        }
        return blocks.ToImmutable();
    }
}
