using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace Operator.Runtime.Tests.Conformance;

/// <summary>What a conformance test runs on.</summary>
public enum Backend
{
    /// <summary>The fake cluster, called inside the process, in virtual time.</summary>
    FakeInProcess,

    /// <summary>The fake cluster behind HTTP, called by the real client.</summary>
    FakeOverHttp,

    /// <summary>A real API server with a node.</summary>
    RealCluster,

    /// <summary>The CRD server of Kubernetes 1.36. It serves our own kinds only.</summary>
    CrdServer,
}

/// <summary>Runs a test on every back end.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class EveryBackendAttribute : DataAttribute
{
    public override bool SupportsDiscoveryEnumeration() => true;

    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(
        MethodInfo testMethod,
        DisposalTracker disposalTracker
    ) => ValueTask.FromResult(Rows(Enum.GetValues<Backend>()));

    internal static IReadOnlyCollection<ITheoryDataRow> Rows(IEnumerable<Backend> backends) =>
        [.. backends.Select(b => new TheoryDataRow<Backend>(b))];
}

/// <summary>Runs a test on the back ends that have the built-in kinds and controllers of Kubernetes.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class EveryClusterAttribute : DataAttribute
{
    public override bool SupportsDiscoveryEnumeration() => true;

    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(
        MethodInfo testMethod,
        DisposalTracker disposalTracker
    ) =>
        ValueTask.FromResult(
            EveryBackendAttribute.Rows([Backend.FakeInProcess, Backend.FakeOverHttp, Backend.RealCluster])
        );
}
