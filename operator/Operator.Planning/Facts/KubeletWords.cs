using System.Buffers;
using System.Text;

namespace Operator.Planning.Facts;

/// <summary>
/// Words of a kubelet or a container runtime without what differs from pod to pod: the pod's name and the ids of pods and containers. So a
/// condition stays the same while its cause does.
/// </summary>
internal static class KubeletWords
{
    /// <summary>Shorter texts of hexadecimal digits may be words, dates or numbers.</summary>
    private const int ShortestId = 12;
    private const char Hidden = '…';

    private static readonly SearchValues<char> OfIds = SearchValues.Create("0123456789abcdefABCDEF-");

    public static string WithoutNames(ObservedPod pod, string words) =>
        WithoutIds(pod.Name.Length == 0 ? words : words.Replace(pod.Name, $"{Hidden}", StringComparison.Ordinal));

    private static string WithoutIds(string words)
    {
        var text = new StringBuilder(words.Length);
        var rest = words.AsSpan();
        while (!rest.IsEmpty)
        {
            var start = rest.IndexOfAny(OfIds);
            text.Append(start < 0 ? rest : rest[..start]);
            rest = start < 0 ? [] : rest[start..];
            var end = rest.IndexOfAnyExcept(OfIds);
            var part = end < 0 ? rest : rest[..end];
            rest = rest[part.Length..];
            if (part.Length >= ShortestId && part.ContainsAnyInRange('0', '9'))
            {
                text.Append(Hidden);
            }
            else
            {
                text.Append(part);
            }
        }
        return text.ToString();
    }
}
