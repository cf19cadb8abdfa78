using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Quotas;
using Operator.Planning.Record;

namespace Operator.Planning.Stores;

/// <summary>
/// Sorts the faults of a spec: those of single flows, stores and quotas, those of the content, and those of the whole. Only the last
/// keep every run from starting.
/// </summary>
public sealed partial record SpecFaults
{
    /// <summary>With any of these no run is planned.</summary>
    public ImmutableArray<string> Whole { get; private init; } = [];
    public WrongParts Parts { get; private init; } = WrongParts.None;

    /// <summary>The fields of <c>spec.sync</c> that a revision holds: runs of the revisions that are there do not read them.</summary>
    private static readonly ImmutableHashSet<string> ContentFields = ImmutableHashSet.Create(
        StringComparer.Ordinal,
        "image",
        "command",
        "args",
        "env",
        "runAsUser",
        "fsGroup",
        "scratch",
        "terminationGracePeriod",
        "serviceAccountName"
    );

    /// <param name="spec">The spec.</param>
    /// <param name="findings">What the validator finds in the spec.</param>
    public static SpecFaults Of(ConnectorSpec spec, ImmutableArray<Finding> findings)
    {
        var wrong = findings.Where(f => !f.IsAdvice).ToImmutableArray();
        var sorting = new Sorting(spec);
        var isWhole = !sorting.AddAll(wrong);
        if (!isWhole)
        {
            // Calls are reckoned with schedules and rates, so only right flows count.
            var unsustained = QuotaRules.Check(spec, sorting.IsRight);
            wrong = wrong.AddRange(unsustained);
            isWhole = !sorting.AddAll(unsustained);
        }
        return isWhole || sorting.IsNothingLeft
            ? new SpecFaults { Whole = [.. wrong.Select(f => f.ToString())] }
            : new SpecFaults { Parts = sorting.Parts };
    }

    /// <summary>Wrong content stops nothing that runs; where nothing has run yet, there is nothing else to run.</summary>
    public SpecFaults Given(ConnectorRecord? record) =>
        Parts.Content is { } content && record?.Stable is null
            ? new SpecFaults
            {
                Whole = [content, .. Parts.Problems.Where(p => !content.Contains(p, StringComparison.Ordinal))],
            }
            : this;

    private sealed class Sorting(ConnectorSpec spec)
    {
        private readonly SortedDictionary<string, string> _flows = new(StringComparer.Ordinal);
        private readonly SortedDictionary<string, string> _stores = new(StringComparer.Ordinal);
        private readonly List<string> _problems = [];
        private string? _content;

        public bool IsRight(Flow flow) => !_flows.ContainsKey(flow.Name);

        /// <summary>Nobody would run: then the spec is wrong as a whole.</summary>
        public bool IsNothingLeft =>
            !spec.Flows.Any(IsRight)
            || (_stores.Count > 0 && spec.StoresFrom.IsEmpty && spec.Stores.All(s => _stores.ContainsKey(s.Name)));

        public WrongParts Parts =>
            _problems.Count == 0 && _content is null
                ? WrongParts.None
                : new WrongParts
                {
                    Flows = _flows.ToImmutableSortedDictionary(StringComparer.Ordinal),
                    Stores = _stores.ToImmutableSortedDictionary(StringComparer.Ordinal),
                    Content = _content,
                    Problems = [.. _problems.Distinct(StringComparer.Ordinal)],
                };

        /// <summary>False: one of them is about the whole spec.</summary>
        public bool AddAll(ImmutableArray<Finding> findings)
        {
            var areOfParts = true;
            foreach (var finding in findings)
            {
                areOfParts &= Add(finding);
            }
            return areOfParts;
        }

        private bool Add(Finding finding)
        {
            if (!finding.Flows.IsEmpty)
            {
                return AddFlows(finding, finding.Flows);
            }
            if (finding.Path.StartsWith("spec.sync.", StringComparison.Ordinal))
            {
                var field = finding.Path["spec.sync.".Length..].Split('.', '[')[0];
                return ContentFields.Contains(field) && AddContent(finding);
            }
            var place = Place().Match(finding.Path);
            if (!place.Success)
            {
                return false;
            }
            var index = int.Parse(place.Groups["index"].ValueSpan, CultureInfo.InvariantCulture);
            return place.Groups["list"].Value switch
            {
                "flows" => AddFlow(finding, spec.Flows[index], place.Groups["field"].Value),
                "stores" => AddStore(finding, spec.Stores[index]),
                _ => AddFlows(finding, UsersOf(spec.Quotas[index].Api)),
            };
        }

        private bool AddFlow(Finding finding, Flow flow, string field)
        {
            // A revision holds the parameters by the flow's name.
            if (field is "name" or "parameters")
            {
                AddContent(finding);
            }
            return AddFlows(finding, [flow.Name]);
        }

        private bool AddFlows(Finding finding, IEnumerable<string> flows)
        {
            _problems.Add(finding.ToString());
            foreach (var flow in flows)
            {
                AddTo(_flows, flow, finding);
            }
            return true;
        }

        private bool AddStore(Finding finding, Store store)
        {
            _problems.Add(finding.ToString());
            AddTo(_stores, store.Name, finding);
            return true;
        }

        private bool AddContent(Finding finding)
        {
            _content = _content is null ? finding.ToString() : $"{_content}; {finding}";
            return true;
        }

        private static void AddTo(SortedDictionary<string, string> parts, string name, Finding finding) =>
            parts[name] = parts.TryGetValue(name, out var before) ? $"{before}; {finding}" : finding.ToString();

        private IEnumerable<string> UsersOf(string api) =>
            spec.Flows.Where(f => f.Uses.Any(u => u.Api == api)).Select(f => f.Name);
    }

    [GeneratedRegex(
        @"^spec\.(?<list>flows|stores|quotas)\[(?<index>[0-9]+)\](\.(?<field>[a-zA-Z]+))?",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Place();
}
