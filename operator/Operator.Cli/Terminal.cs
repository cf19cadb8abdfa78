namespace Operator.Cli;

/// <summary>Where a command reads from and writes to. Interactive: a person looks at the output, which is no pipe and no file.</summary>
internal sealed record Terminal(
    TextReader Input,
    TextWriter Output,
    TextWriter Errors,
    TimeProvider Time,
    bool IsInteractive
);
