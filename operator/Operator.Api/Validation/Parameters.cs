using System.Collections.Immutable;
using System.Text.Json;

namespace Operator.Api;

/// <summary>
/// The rules of parameters, which the worker gets unchanged. Their size is counted as JSON: fifty stores and their flow
/// must fit into the 128 KiB of a pod's run file.
/// </summary>
internal static class Parameters
{
    // "name":"value", – four quotes, a colon, a comma.
    private const int Punctuation = 6;

    public static void Check(
        ImmutableSortedDictionary<string, string> parameters,
        int most,
        int mostBytes,
        Action<string> fail
    )
    {
        if (parameters.Count > most)
        {
            fail($"there are {parameters.Count} parameters; use at most {most}");
        }
        foreach (var name in parameters.Keys.Where(n => !Texts.IsParameterName(n)))
        {
            fail(
                $"{Texts.Quote(name)} is no name of a parameter; use letters, digits, dashes, underscores and dots, at most 63"
            );
        }
        var bytes = parameters.Sum(p => JsonBytes(p.Key) + JsonBytes(p.Value) + Punctuation);
        if (bytes > mostBytes)
        {
            fail(
                $"the parameters take {bytes} bytes as JSON; use at most {mostBytes}, and put more into a file of the image"
            );
        }
    }

    private static int JsonBytes(string? text) =>
        text is null ? 4 : JsonEncodedText.Encode(text).EncodedUtf8Bytes.Length;
}
