using System.Globalization;
using Operator.Planning.Explaining;
using Spectre.Console;

namespace Operator.Cli.Stores;

/// <summary>Writes the answer for people; consecutive due times with the same reason are one line.</summary>
internal sealed class AnswerText(Terminal terminal)
{
    private static readonly string[] Headers = ["WHEN", "DUE TIMES", "OUTCOME", "WHY"];

    public void Write(StoreAnswer answer)
    {
        var output = terminal.Output;
        output.WriteLine(SafeText.Of($"Store {answer.Store} of connector {answer.Namespace}/{answer.Connector}"));
        WriteAll(answer.Now);
        foreach (var flow in answer.Flows)
        {
            output.WriteLine();
            output.WriteLine(SafeText.Of($"Flow {flow.Flow}: {Summary(flow)}"));
            var rows = Spans(flow.Slots).Select(Cells).ToList();
            if (rows.Count > 0)
            {
                WriteTable(rows);
            }
            WriteAll(flow.Unknown is { } unknown ? [unknown, .. flow.Now] : flow.Now);
        }
    }

    private void WriteAll(IEnumerable<string> sentences)
    {
        foreach (var sentence in sentences)
        {
            terminal.Output.WriteLine(SafeText.Of($"- {sentence}"));
        }
    }

    private string Summary(FlowAnswer flow)
    {
        var due = flow.Slots.Count(s => s.IsDue);
        var synced = flow.Slots.Count(s => s.IsSynced);
        var last = flow.LastOkSlot is { } at ? $"; last complete at {Date(at)}" : "";
        var stale = flow.IsStale ? "; STALE: nothing synced on the last three due times" : "";
        return string.Create(CultureInfo.InvariantCulture, $"synced on {synced} of {due} due times{last}{stale}");
    }

    /// <summary>Groups consecutive slots with the same reason.</summary>
    private static IEnumerable<List<SlotAnswer>> Spans(IReadOnlyList<SlotAnswer> slots)
    {
        for (var start = 0; start < slots.Count; )
        {
            var span = slots.Skip(start).TakeWhile(s => s.Why == slots[start].Why).ToList();
            yield return span;
            start += span.Count;
        }
    }

    private string[] Cells(List<SlotAnswer> span)
    {
        var (first, last) = (span[0], span[^1]);
        var when = span.Count == 1 ? Date(first.Slot) : $"{Date(first.Slot)} to {Until(first.Slot, last.Slot)}";
        var remedy = last.Remedy is { } what ? $"; {what}" : "";
        var pod = last is { Pod: { } name, IsSynced: false } ? $" (pod {name})" : "";
        return
        [
            when,
            span.Count.ToString(CultureInfo.InvariantCulture),
            last.Outcome,
            SafeText.Of(last.Why + remedy + pod),
        ];
    }

    private string Until(DateTimeOffset first, DateTimeOffset last) =>
        Local(first).Date == Local(last).Date
            ? Local(last).ToString("HH:mm:ss", CultureInfo.InvariantCulture)
            : Date(last);

    private string Date(DateTimeOffset at) => Local(at).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private DateTimeOffset Local(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, terminal.Time.LocalTimeZone);

    private void WriteTable(List<string[]> rows)
    {
        if (terminal.IsInteractive)
        {
            var table = new Table().Border(TableBorder.Rounded).AddColumns(Headers);
            rows.ForEach(r => table.AddRow([.. r.Select(c => new Text(c))]));
            AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal.Output) }).Write(table);
            return;
        }
        var widths = Enumerable
            .Range(0, Headers.Length - 1)
            .Select(i => rows.Append(Headers).Max(r => r[i].Length))
            .ToList();
        foreach (var row in rows.Prepend(Headers))
        {
            var padded = row.Select((cell, i) => i < widths.Count ? cell.PadRight(widths[i]) : cell);
            terminal.Output.WriteLine($"  {string.Join("  ", padded)}");
        }
    }
}
