using Operator.Api;

namespace Operator.Planning.Facts;

/// <summary>A Secret that another connector in the namespace also uses, when exactly one of the two connectors is Production.</summary>
public sealed record SharedSecret(string Secret, string Connector, DeploymentEnvironment Environment);
