using System.Collections.Immutable;

namespace Operator.Planning.Record.Encoding;

/// <summary>
/// The attempts. What changes with every closed round (<c>attempts.dwell</c>) and the order of the stores (<c>attempts.order</c>) are
/// parts of their own, so that a closed round rewrites neither the order nor the part <c>attempts</c>, which is always its own object.
/// </summary>
internal sealed class AttemptCodec : BookCodec<AttemptBook>
{
    /// <summary>The part <c>attempts.dwell</c>.</summary>
    internal sealed record Dwell
    {
        public TimeSpan Dwelled { get; set; }
        public DateTimeOffset DwellMark { get; set; }

        public static Dwell Of(Attempt attempt) => new() { Dwelled = attempt.Dwelled, DwellMark = attempt.DwellMark };

        public Attempt In(Attempt attempt) => attempt with { Dwelled = Dwelled, DwellMark = DwellMark };
    }

    public override void Write(PartWriter to, string name, AttemptBook book, AttemptBook? before)
    {
        var attempt = book.Current;
        var rest = attempt is null ? null : new Dwell().In(attempt) with { Order = [], Places = attempt.Places };
        to.Write(name, book with { Current = rest });
        if (attempt is null)
        {
            return;
        }
        to.Write(DwellPart(name), Dwell.Of(attempt));
        if (attempt.Order != before?.Current?.Order || to.Keep(OrderPart(name)) == 0)
        {
            to.Write(OrderPart(name), StoresNamed.In(attempt, to.Stores).Order);
        }
    }

    public override AttemptBook? Read(PartReader from, string name)
    {
        var book = from.Find<AttemptBook>(name);
        if (book?.Current is not { } attempt)
        {
            return book;
        }
        var dwell = from.Read<Dwell>(DwellPart(name), listedIn: name);
        var order = from.Read<ImmutableArray<string>>(OrderPart(name), listedIn: name);
        return book with { Current = StoresNamed.In(dwell.In(attempt) with { Order = order }, from.Stores) };
    }

    private static string DwellPart(string name) => $"{name}.dwell";

    private static string OrderPart(string name) => $"{name}.order";
}
