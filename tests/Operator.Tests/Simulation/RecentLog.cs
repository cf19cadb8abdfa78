using Microsoft.Extensions.Logging;

namespace Operator.Tests.Simulation;

/// <summary>Keeps the newest lines of a log.</summary>
internal sealed class RecentLog : ILoggerProvider, ILogger
{
    private const int Most = 60;
    private readonly Queue<string> _lines = new();

    public IEnumerable<string> Lines => _lines;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        _lines.Enqueue($"{logLevel}: {formatter(state, exception)}{(exception is null ? "" : $" {exception}")}");
        if (_lines.Count > Most)
        {
            _lines.Dequeue();
        }
    }

    public void Dispose() { }
}
