using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Operator.Planning.Facts;

/// <summary>
/// Deterministic names, so that no pod is created twice: a readable prefix and 64 bits of the SHA-256 of (record, flow,
/// occasion, index). At most 63 characters, so that the host name equals the pod name.
/// </summary>
public static class PodNames
{
    private const int MaxLength = 63;
    private const int HashDigits = 16;

    public static string Of(string connector, string recordId, string flow, string occasion, int index)
    {
        var identity = string.Create(CultureInfo.InvariantCulture, $"{recordId}\n{flow}\n{occasion}\n{index}");
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)))[..HashDigits];
        return $"{Prefix($"{connector}-{flow}")}-{hash}";
    }

    private static string Prefix(string text)
    {
        var room = MaxLength - HashDigits - 1;
        var cut = text.Length > room ? text[..room] : text;
        return cut.Replace('.', '-').Trim('-');
    }
}
