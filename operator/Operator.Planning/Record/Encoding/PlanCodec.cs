using System.Collections.Immutable;

namespace Operator.Planning.Record.Encoding;

/// <summary>
/// A flow's plan: the part <c>plan.FLOW</c>, and the runs of large occasions in parts of their own, <c>plan.FLOW.OCCASION.N</c>. So a
/// commit rewrites only the runs that it changes, and never those of a closed occasion.
/// </summary>
internal sealed class PlanCodec : BookCodec<FlowPlan>
{
    /// <summary>Runs of the newest occasions up to this number are in the plan's part.</summary>
    private const int MostRunsInside = 64;

    /// <summary>The part <c>plan.FLOW</c>.</summary>
    internal sealed record Content
    {
        public FlowPlan Plan { get; set; } = new();

        /// <summary>Number of the parts with an occasion's runs, by occasion. An occasion that is not listed has its runs in <see cref="Plan"/>.</summary>
        public ImmutableSortedDictionary<string, int> RunParts { get; set; } =
            ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);
    }

    public override void Write(PartWriter to, string name, FlowPlan book, FlowPlan? before)
    {
        var runParts = ImmutableSortedDictionary.CreateBuilder<string, int>(StringComparer.Ordinal);
        foreach (var occasion in Outside(book))
        {
            runParts[occasion.Id] = WriteRuns(to, $"{name}.{occasion.Id}", occasion, before?.Find(occasion.Id));
        }
        var plan = book with
        {
            Occasions = [.. book.Occasions.Select(o => runParts.ContainsKey(o.Id) ? o with { Entries = [] } : o)],
        };
        to.Write(name, new Content { Plan = StoresNamed.In(plan, to.Stores), RunParts = runParts.ToImmutable() });
    }

    public override FlowPlan? Read(PartReader from, string name)
    {
        if (from.Find<Content>(name) is not { } content)
        {
            return null;
        }
        var plan = content.Plan with
        {
            Occasions =
            [
                .. content.Plan.Occasions.Select(o =>
                    content.RunParts.TryGetValue(o.Id, out var count)
                        ? o with
                        {
                            Entries = ReadRuns(from, name, o.Id, count),
                        }
                        : o
                ),
            ],
        };
        return StoresNamed.In(plan, from.Stores);
    }

    /// <summary>The occasions whose runs are not in the plan's part: large ones, and old ones when there are many.</summary>
    private static IEnumerable<Occasion> Outside(FlowPlan plan)
    {
        var inside = 0;
        foreach (var occasion in plan.Occasions.Reverse())
        {
            if (inside + occasion.Entries.Length <= MostRunsInside)
            {
                inside += occasion.Entries.Length;
            }
            else
            {
                yield return occasion;
            }
        }
    }

    /// <summary>Returns the number of parts.</summary>
    private static int WriteRuns(PartWriter to, string name, Occasion occasion, Occasion? before)
    {
        var kept = occasion.Entries == before?.Entries ? to.KeepNumbered(name) : 0;
        if (kept > 0)
        {
            return kept;
        }
        var parts = 0;
        foreach (var part in JsonLists.Of(to.Stores.Entries(occasion.Entries)))
        {
            to.Add(RunsPart(name, parts++), part);
        }
        return parts;
    }

    private static ImmutableArray<Entry> ReadRuns(PartReader from, string plan, string occasion, int count) =>
        [
            .. Enumerable
                .Range(0, count)
                .SelectMany(i => from.Read<ImmutableArray<Entry>>(RunsPart($"{plan}.{occasion}", i), listedIn: plan)),
        ];

    private static string RunsPart(string name, int i) => FormattableString.Invariant($"{name}.{i}");
}
