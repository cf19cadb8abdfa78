using System.Text;
using System.Text.Json;

namespace Operator.Planning.Facts;

/// <summary>
/// The kubelet reads the last 4,096 bytes of a termination log. Of all logs of a pod it keeps 12 KiB, in equal shares: with n containers,
/// init and ephemeral ones included, the first 12,288/n bytes of each.
/// </summary>
internal static class MessageShares
{
    private const int OfPod = 12 * 1024;

    /// <summary>Up to so many containers, a share is no less than what is read of one log.</summary>
    private const int MostWithoutCut = OfPod / Report.MaxBytes;

    /// <summary>A store's part of a report, as the contract counts it.</summary>
    private const int BytesPerStore = 80;
    private const int Round = 5;
    private const int MostGuessed = 16;
    private const int LongestCharacter = 4;

    /// <summary>The report when the kubelet cut it; null: it is broken for another reason.</summary>
    /// <param name="log">The termination log, which is no JSON.</param>
    /// <param name="containers">Of the pod; 0: unknown.</param>
    public static Report.Cut? Of(string log, int containers)
    {
        var bytes = Encoding.UTF8.GetBytes(log);
        var length = KeptBytes(bytes);
        // Where nobody tells the containers, a long text of just this length is no coincidence.
        var sharers = containers > 0 ? containers : OfPod / Math.Max(OfPod / MostGuessed, length);
        return sharers > MostWithoutCut && OfPod / sharers == length
            ? new Report.Cut(sharers, length, FittingStores(bytes))
            : null;
    }

    /// <summary>Each byte of a character that was cut is replaced by a character of three bytes.</summary>
    private static int KeptBytes(ReadOnlySpan<byte> bytes)
    {
        var replaced = 0;
        var replacement = "\uFFFD"u8;
        while (replaced < LongestCharacter - 1 && bytes.EndsWith(replacement))
        {
            bytes = bytes[..^replacement.Length];
            replaced++;
        }
        return bytes.Length + replaced;
    }

    /// <summary>
    /// One store less than the share holds, for the end of the report. In steps of 5, so that the words stay the same from run to run.
    /// </summary>
    private static int FittingStores(ReadOnlySpan<byte> kept)
    {
        var whole = WholeStores(kept);
        var fitting = whole > 1 ? whole - 1 : kept.Length / BytesPerStore;
        return Math.Max(1, fitting >= 2 * Round ? fitting - (fitting % Round) : fitting);
    }

    /// <summary>Entries of <c>s</c> that are there as a whole; 0 when the beginning of the report is lost.</summary>
    private static int WholeStores(ReadOnlySpan<byte> kept)
    {
        var reader = new Utf8JsonReader(kept, isFinalBlock: false, state: default);
        var whole = 0;
        try
        {
            while (reader.Read())
            {
                whole += reader is { CurrentDepth: 2, TokenType: JsonTokenType.EndObject or JsonTokenType.Null }
                    ? 1
                    : 0;
            }
        }
        catch (JsonException)
        {
            // What was read before counts.
        }
        return whole;
    }
}
