using Operator.Api;

namespace Operator.Planning.Facts;

/// <summary>A Secret that a connector of the other side, Production or not, uses in the same namespace.</summary>
public sealed record SharedSecret(string Secret, string Connector, DeploymentEnvironment Environment);
