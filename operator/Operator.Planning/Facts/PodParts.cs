namespace Operator.Planning.Facts;

/// <summary>Names inside a sync pod by which kubelets speak of its parts.</summary>
public static class PodParts
{
    /// <summary>The container whose end is the end of the run.</summary>
    public const string Container = "sync";

    /// <summary>The volume at <c>/tmp</c>.</summary>
    public const string Scratch = "scratch";
}
