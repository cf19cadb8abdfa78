using System.Globalization;

namespace Operator.Planning.Record;

public enum OccasionKind
{
    /// <summary>A due time that the operator opened.</summary>
    Slot,

    /// <summary>A due time that passed while the operator could not plan, or while the connector was suspended.</summary>
    Skipped,

    /// <summary>A RunNow action ordered it.</summary>
    RunNow,

    /// <summary>Redoes the work of a version whose attempt ended without promotion.</summary>
    CatchUp,
}

/// <summary>Builds and reads the ids of occasions.</summary>
public static class OccasionIds
{
    public static string Slot(DateTimeOffset slot) =>
        string.Create(CultureInfo.InvariantCulture, $"s{slot.ToUnixTimeSeconds()}");

    public static string RunNow(string token) => $"n{token}";

    public static string CatchUp(int attempt) => string.Create(CultureInfo.InvariantCulture, $"c{attempt}");

    public static OccasionKind KindOf(string occasion) =>
        occasion switch
        {
            ['n', ..] => OccasionKind.RunNow,
            ['c', ..] => OccasionKind.CatchUp,
            _ => OccasionKind.Slot,
        };
}
