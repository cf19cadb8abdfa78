using System.Text;
using Operator.Planning.Record;

namespace Operator.Planning.Judging;

/// <summary>
/// The arm of a group's first run, and the candidate's share of the runs when the coin was flipped. The share belongs to the coin,
/// because a person may change <c>analysis.control</c> while runs are under way: q = 1 - control, from 0 to 1.
/// </summary>
public readonly record struct Coin(Arm Arm, double CandidateShare)
{
    /// <summary>The arm was settled before: a pinned store, the pilot, a run outside the cohort. Such a run proves nothing.</summary>
    public static Coin Forced(Arm arm) => new(arm, arm == Arm.Candidate ? 1 : 0);

    public bool IsForced => CandidateShare is <= 0 or >= 1;

    /// <summary>The same coin as seen by a bettor who bets on stable.</summary>
    internal Coin Mirrored => new(Arm == Arm.Candidate ? Arm.Stable : Arm.Candidate, 1 - CandidateShare);

    /// <summary>
    /// Flips the coin of the group that begins with <paramref name="firstStore"/>: the same words always give the same side, so a replay
    /// after a crash agrees. <paramref name="salt"/> is the attempt's own, 16 lower-case hexadecimal digits.
    /// </summary>
    public static Coin Flip(string salt, string flow, string occasion, string firstStore, double candidateShare) =>
        new(Point(salt, flow, occasion, firstStore) < candidateShare ? Arm.Candidate : Arm.Stable, candidateShare);

    /// <summary>
    /// A point in [0, 1): FNV-1a over the UTF-8 text with <c>/</c> between, then SplitMix64's finaliser, because FNV-1a alone gives
    /// neighbouring names neighbouring points.
    /// </summary>
    internal static double Point(string salt, string flow, string occasion, string firstStore)
    {
        var hash = 0xcbf29ce484222325ul;
        foreach (var letter in Encoding.UTF8.GetBytes($"{salt}/{flow}/{occasion}/{firstStore}"))
        {
            hash = unchecked((hash ^ letter) * 0x100000001b3ul);
        }
        hash = unchecked((hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9ul);
        hash = unchecked((hash ^ (hash >> 27)) * 0x94d049bb133111ebul);
        hash ^= hash >> 31;
        return (hash >> 11) / (double)(1ul << 53);
    }
}
