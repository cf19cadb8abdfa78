namespace Operator.Cli;

/// <summary>Streams and clock of a command. Interactive: the output is a terminal, not a pipe or a file.</summary>
internal sealed record Terminal(
    TextReader Input,
    TextWriter Output,
    TextWriter Errors,
    TimeProvider Time,
    bool IsInteractive
);
