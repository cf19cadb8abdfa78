using System.Collections.Immutable;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>
/// Flows that join while all else in the spec is the content of stable or of the running candidate. They become part of stable with the
/// parameters of their first run there; later edits are new content. A flow that comes with other new content is that candidate's own.
/// </summary>
internal static class JoiningFlows
{
    /// <param name="draft">The draft.</param>
    /// <param name="desired">The content of the spec.</param>
    /// <param name="asked">The revision of the record that <paramref name="desired"/> is.</param>
    public static Draft Join(Draft draft, Revision desired, Revision asked)
    {
        draft = NoteFirstRuns(draft);
        var record = draft.Record;
        if (record.Stable is not { } stable)
        {
            return draft;
        }
        var candidate = record.Revisions.Find(record.RunningAttempt?.Revision);
        return asked.Hash == candidate?.Hash ? JoinBoth(draft, desired, stable, candidate)
            : asked.Hash == stable.Hash ? JoinStable(draft, desired, stable)
            : draft;
    }

    /// <summary>From its first run on, a flow's parameters are those of that run.</summary>
    private static Draft NoteFirstRuns(Draft draft)
    {
        var book = draft.Record.Revisions;
        var unrun = book.UnrunFlows.RemoveAll(f => draft.Record.Plan(f).Entries.Any());
        return unrun.Length == book.UnrunFlows.Length
            ? draft
            : draft with
            {
                Record = draft.Record with { Revisions = book with { UnrunFlows = unrun } },
            };
    }

    private static Draft JoinStable(Draft draft, Revision desired, Revision stable)
    {
        var joined = Gained(draft, desired, stable);
        return joined == stable ? draft : Commit(draft, stable, joined);
    }

    /// <summary>A flow that joins during an attempt supersedes nothing: it runs on both arms, and is not judged in this attempt.</summary>
    private static Draft JoinBoth(Draft draft, Revision desired, Revision stable, Revision candidate)
    {
        var own = candidate.FlowParameters.Keys.ToImmutableHashSet(StringComparer.Ordinal);
        var both = Gained(draft, desired, candidate);
        if (both == candidate)
        {
            return draft;
        }
        // What was the candidate's own before stays so.
        bool Joins(string flow) => !own.Contains(flow) || IsUnrun(draft, flow);
        var joining = both.FlowParameters.Where(f => Joins(f.Key)).ToList();
        var stableToo = stable with
        {
            FlowParameters = stable.FlowParameters.SetItems(joining.Where(f => IsNew(f.Key))),
        };
        bool IsNew(string flow) => !stable.FlowParameters.ContainsKey(flow) || IsUnrun(draft, flow);
        if (!draft.MayWiden)
        {
            return draft.HoldBack();
        }
        var record = draft.Record;
        var attempt = record.RunningAttempt!; // it has the candidate
        var names = joining.Select(f => f.Key).Except(attempt.JoinedFlows, StringComparer.Ordinal);
        draft = draft with
        {
            Record = record with
            {
                Revisions = record.Revisions with { Items = record.Revisions.Items.Replace(candidate, both) },
                Attempts = record.Attempts with
                {
                    Current = attempt with { JoinedFlows = attempt.JoinedFlows.AddRange(names) },
                },
            },
        };
        return Commit(draft, stable, stableToo);
    }

    private static bool IsUnrun(Draft draft, string flow) =>
        draft.Record.Revisions.UnrunFlows.Contains(flow, StringComparer.Ordinal);

    /// <summary>The revision with the flows of the spec that it lacks, and with new parameters of those that have not run yet.</summary>
    private static Revision Gained(Draft draft, Revision desired, Revision revision)
    {
        var gained = desired
            .FlowParameters.Where(f =>
                !revision.FlowParameters.TryGetValue(f.Key, out var own)
                || (IsUnrun(draft, f.Key) && !own.SequenceEqual(f.Value))
            )
            .ToList();
        return gained.Count == 0
            ? revision
            : revision with
            {
                FlowParameters = revision.FlowParameters.SetItems(gained),
            };
    }

    private static Draft Commit(Draft draft, Revision stable, Revision joined)
    {
        if (!draft.MayWiden)
        {
            return draft.HoldBack();
        }
        var book = draft.Record.Revisions;
        var names = joined.FlowParameters.Keys.Except(stable.FlowParameters.Keys, StringComparer.Ordinal).ToList();
        var record = draft.Record with
        {
            Revisions = book with
            {
                Items = book.Items.Replace(stable, joined),
                UnrunFlows = [.. book.UnrunFlows.Union(names, StringComparer.Ordinal)],
            },
        };
        draft = draft.Widen();
        return names.Count == 0
            ? draft.Decide(record, "a flow that has not run yet has other parameters")
            : draft
                .Decide(record, $"flows {string.Join(", ", names)} join stable")
                .Tell(
                    EventTarget.Connector,
                    Reasons.FlowJoined,
                    $"{Flows(names)} part of stable revision {stable.Hash}, with the parameters of the first run; later edits of them are new content"
                );
    }

    private static string Flows(List<string> names) =>
        names.Count == 1 ? $"Flow '{names[0]}' is" : $"Flows {string.Join(", ", names.Select(n => $"'{n}'"))} are";
}
