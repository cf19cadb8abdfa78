namespace Operator.Planning.Output;

/// <summary>One change of the cluster, made after the record is committed.</summary>
public abstract record Change
{
    private Change() { }

    public sealed record CreatePod(PodDraft Pod) : Change;

    public sealed record DeletePod(string Name, string Uid, string Why) : Change;
}
