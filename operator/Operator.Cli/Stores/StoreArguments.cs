namespace Operator.Cli.Stores;

/// <summary>The arguments of the command <c>store</c>.</summary>
internal sealed record StoreArguments
{
    public required string Store { get; init; }
    public string? Kubeconfig { get; init; }
    public string? Context { get; init; }
    public string? Namespace { get; init; }
    public string? Connector { get; init; }
    public string? Flow { get; init; }
    public string? Since { get; init; }
    public string? Until { get; init; }
    public bool IsJson { get; init; }
}

/// <summary>The arguments do not allow an answer; the message says what is wrong and what to do.</summary>
internal sealed class UnanswerableException(string message) : Exception(message);
