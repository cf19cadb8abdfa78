using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Calendar;
using Operator.Planning.Record;

namespace Operator.Planning.Actions;

/// <summary>Texts for flows, stores and suspensions in messages about actions.</summary>
internal static class ActionTexts
{
    private const int NamesShown = 5;
    private const int LongestMessage = 256;

    /// <summary><c>flow 'orders' of stores 'a', 'b'</c>, <c>every flow of every store</c>.</summary>
    public static string Scope(string flow, ImmutableArray<string> stores)
    {
        var flows = flow.Length == 0 ? "every flow" : $"flow '{flow}'";
        return stores.IsEmpty ? $"{flows} of every store" : $"{flows} of {Stores(stores)}";
    }

    public static string Scope(ActionSpec spec) => Scope(spec.Flow, spec.Stores);

    public static string Stores(ImmutableArray<string> stores)
    {
        var noun = stores.Length == 1 ? "store" : "stores";
        return $"{noun} {Names(stores)}";
    }

    public static string Names(IReadOnlyCollection<string> names)
    {
        var shown = string.Join(", ", names.Take(NamesShown).Select(n => $"'{n}'"));
        return names.Count <= NamesShown ? shown : $"{shown} and {names.Count - NamesShown} more";
    }

    /// <summary>The order's action, end and reason: <c>SyncAction 'stop' until 2026-11-25T17:00:00Z (counting stock)</c>.</summary>
    public static string By(SuspensionOrder order)
    {
        var until = order.Until is { } end ? $" until {UtcText.Of(end)}" : "";
        var why = order.Reason.Length > 0 ? $" ({order.Reason})" : "";
        return $"{ApiGroup.ActionKind} '{order.Action}'{until}{why}";
    }

    /// <summary>Cuts a message to 256 characters, because the record keeps up to 1,000 messages.</summary>
    public static string Cut(string message) =>
        message.Length <= LongestMessage ? message : $"{message[..(LongestMessage - 1)]}…";
}
