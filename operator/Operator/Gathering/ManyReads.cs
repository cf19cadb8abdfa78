using System.Collections.Concurrent;
using System.Collections.Immutable;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>
/// The answer to a live read. <paramref name="Object"/> is null when there is no such object, or when it is unknown whether there is:
/// then <paramref name="Unread"/> says why.
/// </summary>
internal sealed record ReadAnswer(KubeObject? Object, string? Unread = null);

/// <summary>
/// Reads objects by name, several at once. A read that fails is a fact about that object and stops nothing else. A slow server gets a
/// limited time; the objects that it did not answer for are unread.
/// </summary>
internal sealed class ManyReads(IKubeApi api, TimeProvider time)
{
    private const int Parallel = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>The answers by name, one for each name.</summary>
    public async Task<ImmutableSortedDictionary<string, ReadAnswer>> ReadAsync(
        ResourceType type,
        string ns,
        IEnumerable<string> names,
        CancellationToken ct
    )
    {
        var begun = time.GetTimestamp();
        var waiting = new ConcurrentQueue<string>(names.Distinct(StringComparer.Ordinal));
        var answers = new ConcurrentDictionary<string, ReadAnswer>(StringComparer.Ordinal);
        async Task DrainAsync()
        {
            while (waiting.TryDequeue(out var name))
            {
                answers[name] =
                    time.GetElapsedTime(begun) > Patience
                        ? new ReadAnswer(Object: null, $"the API server is too slow to give out {type.Plural}")
                        : await ReadAsync(type, new ObjectKey(ns, name), ct);
            }
        }
        await Task.WhenAll(Enumerable.Range(0, Math.Min(Parallel, waiting.Count)).Select(_ => DrainAsync()));
        return answers.ToImmutableSortedDictionary(StringComparer.Ordinal);
    }

    private async Task<ReadAnswer> ReadAsync(ResourceType type, ObjectKey key, CancellationToken ct)
    {
        try
        {
            return new ReadAnswer(await api.GetAsync(type, key, ct));
        }
        catch (Exception e) when (e.IsFailedCall())
        {
            return new ReadAnswer(Object: null, FailedCalls.Words(e));
        }
    }
}
