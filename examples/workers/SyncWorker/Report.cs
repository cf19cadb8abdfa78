using System.Globalization;
using System.Text;

namespace SyncWorker;

/// <summary>
/// Counts of one store's items. Failed items have an error class: t throttled, a auth, i invalid, u upstream, x timeout,
/// n internal.
/// </summary>
public sealed class StoreCounts
{
    private readonly SortedDictionary<char, int> _failed = [];

    public int Ok { get; private set; }
    public int Failed => _failed.Values.Sum();

    public void Succeeded(int items = 1) => Ok += items;

    public void Fail(char errorClass, int items = 1) =>
        _failed[errorClass] = _failed.GetValueOrDefault(errorClass) + items;

    /// <summary>What was ok failed, for a cause of the worker's own.</summary>
    public void FailAll()
    {
        Fail('n', Math.Max(1, Ok));
        Ok = 0;
    }

    public override string ToString()
    {
        var errors = string.Join(
            ',',
            _failed.Select(e => string.Create(CultureInfo.InvariantCulture, $"\"{e.Key}\":{e.Value}"))
        );
        return string.Create(CultureInfo.InvariantCulture, $"{{\"ok\":{Ok},\"failed\":{Failed}")
            + (errors.Length == 0 ? "}" : $",\"e\":{{{errors}}}}}");
    }
}

/// <summary>
/// The report in the termination log. It is written again after each store, so that after a crash it contains the finished stores.
/// </summary>
public sealed class Report(string path, int stores)
{
    private readonly StoreCounts?[] _counts = new StoreCounts?[stores];

    public void Write(int store, StoreCounts counts)
    {
        _counts[store] = counts;
        var reached = Array.FindLastIndex(_counts, c => c is not null) + 1;
        var entries = _counts.Take(reached).Select(c => c?.ToString() ?? "null");
        WriteRaw($"{{\"v\":1,\"s\":[{string.Join(',', entries)}]}}");
    }

    public void WriteRaw(string text) => File.WriteAllBytes(path, Encoding.UTF8.GetBytes(text));
}
