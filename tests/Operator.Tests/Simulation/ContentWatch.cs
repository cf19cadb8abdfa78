using System.Collections.Immutable;
using System.Text.Json;
using Operator.Planning.Facts;
using Operator.Planning.Output;
using Operator.Planning.Record;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests.Simulation;

/// <summary>
/// No content reaches a store that the record did not commit, whichever field carries it: a pod's parameters are those of its revision,
/// and a revision's parameters change only until the flow has run.
/// </summary>
internal sealed class ContentWatch(List<string> violations)
{
    private readonly Dictionary<(string Record, string Revision, string Flow), string> _ran = [];
    private ConnectorRecord? _record;

    public void Committed(ConnectorRecord record, DateTimeOffset at)
    {
        _record = record;
        foreach (var revision in record.Revisions.Items)
        {
            foreach (var (flow, parameters) in revision.FlowParameters)
            {
                var isKnown = _ran.TryGetValue((record.Id, revision.Hash, flow), out var ran);
                if (isKnown && ran != Text(parameters))
                {
                    violations.Add(
                        $"{at:HH:mm:ss.fff}: flow {flow} of revision {revision.Hash} ran with {ran} and has {Text(parameters)}"
                    );
                }
            }
        }
    }

    /// <summary>Called for each new pod.</summary>
    public void Created(ClusterChange change, Fingerprint print)
    {
        if (_record is not { } record || record.Id != print.Record)
        {
            return;
        }
        var pod = new KubeObject(change.After!.Value); // it was just created
        var told = Text(JsonSerializer.Deserialize(pod.Annotation(PodMarks.Run)!, RunJson.Default.RunFile)!.Parameters); // our pods have it
        var own = record.Revisions.Find(print.Revision)?.FlowParameters.GetValueOrDefault(print.Flow);
        if (own is null || Text(own) != told)
        {
            violations.Add(
                $"{change.At:HH:mm:ss.fff}: {change.Key.Name} runs flow {print.Flow} with {told}, revision {print.Revision} has {(own is null ? "no such flow" : Text(own))}"
            );
        }
        _ran.TryAdd((print.Record, print.Revision, print.Flow), told);
    }

    private static string Text(ImmutableSortedDictionary<string, string> parameters) =>
        $"{{{string.Join(',', parameters.Select(p => $"{p.Key}={p.Value}"))}}}";
}
