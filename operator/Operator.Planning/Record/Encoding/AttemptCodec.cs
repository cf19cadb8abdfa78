using System.Collections.Immutable;

namespace Operator.Planning.Record.Encoding;

/// <summary>
/// The attempts. What changes with every closed round (<c>attempts.dwell</c>), the order of the stores (<c>attempts.order</c>) and single
/// stores of the cohort (<c>attempts.places</c>) are parts of their own, so that a closed round rewrites neither the order nor the part
/// <c>attempts</c>, which is always its own object and names no store.
/// </summary>
internal sealed class AttemptCodec : BookCodec<AttemptBook>
{
    /// <summary>The part <c>attempts.dwell</c>.</summary>
    internal sealed record Dwell
    {
        public TimeSpan Dwelled { get; set; }
        public DateTimeOffset DwellMark { get; set; }
        public TimeSpan Waited { get; set; }
        public DateTimeOffset WaitMark { get; set; }

        /// <summary>There is a part <c>attempts.places</c>.</summary>
        public bool HasPlaces { get; set; }

        public static Dwell Of(Attempt attempt) =>
            new()
            {
                Dwelled = attempt.Dwelled,
                DwellMark = attempt.DwellMark,
                Waited = attempt.Waited,
                WaitMark = attempt.WaitMark,
            };

        public Attempt In(Attempt attempt) =>
            attempt with
            {
                Dwelled = Dwelled,
                DwellMark = DwellMark,
                Waited = Waited,
                WaitMark = WaitMark,
            };
    }

    /// <summary>The part <c>attempts.places</c>.</summary>
    internal sealed record CohortPlaces
    {
        public ImmutableSortedDictionary<string, DateTimeOffset> Away { get; set; } = new Attempt().Away;
        public ImmutableArray<string> Appended { get; set; } = [];
        public ImmutableSortedDictionary<string, GuardWords> Guards { get; set; } = new Attempt().Guards;

        public static CohortPlaces Of(Attempt attempt) =>
            new()
            {
                Away = attempt.Away,
                Appended = attempt.Appended,
                Guards = attempt.Guards,
            };

        public Attempt In(Attempt attempt) => attempt with { Away = Away, Appended = Appended, Guards = Guards };

        public static bool Exist(Attempt attempt) =>
            !attempt.Away.IsEmpty || !attempt.Appended.IsEmpty || !attempt.Guards.IsEmpty;
    }

    public override void Write(PartWriter to, string name, AttemptBook book, AttemptBook? before)
    {
        var attempt = book.Current;
        var rest = attempt is null
            ? null
            : new CohortPlaces().In(new Dwell().In(attempt)) with
            {
                Order = [],
                Places = attempt.Places,
            };
        to.Write(name, book with { Current = rest });
        if (attempt is null)
        {
            return;
        }
        to.Write(DwellPart(name), Dwell.Of(attempt) with { HasPlaces = CohortPlaces.Exist(attempt) });
        if (CohortPlaces.Exist(attempt))
        {
            to.Write(PlacesPart(name), CohortPlaces.Of(StoresNamed.In(attempt with { Order = [] }, to.Stores)));
        }
        if (attempt.Order != before?.Current?.Order || to.Keep(OrderPart(name)) == 0)
        {
            to.Write(OrderPart(name), to.Stores.List(attempt.Order));
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
        var places = dwell.HasPlaces
            ? from.Read<CohortPlaces>(PlacesPart(name), listedIn: DwellPart(name))
            : new CohortPlaces();
        var whole = places.In(dwell.In(attempt)) with { Order = order };
        return book with { Current = StoresNamed.In(whole, from.Stores) };
    }

    private static string DwellPart(string name) => $"{name}.dwell";

    private static string PlacesPart(string name) => $"{name}.places";

    private static string OrderPart(string name) => $"{name}.order";
}
