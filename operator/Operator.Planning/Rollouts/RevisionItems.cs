using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>The revisions that a record holds.</summary>
internal static class RevisionItems
{
    /// <summary>The record with the revision. One that it holds already gains the flows that it lacks.</summary>
    public static ConnectorRecord With(ConnectorRecord record, Revision revision)
    {
        var book = record.Revisions;
        return record with
        {
            Revisions = book with
            {
                Items = book.Find(revision.Hash) is { } known
                    ? book.Items.Replace(known, AskedContent.WithFlowsOf(known, revision))
                    : book.Items.Add(revision),
            },
        };
    }
}
