using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Stores;

namespace Operator.Planning.Tests.Credentials;

public sealed class SecretSharingTests
{
    private static readonly SharedSecret WithProduction = new("app", "live", DeploymentEnvironment.Production);

    [Fact]
    public void Secrets_are_those_of_the_application_of_stores_and_of_variables()
    {
        var spec = new ConnectorSpec
        {
            Credentials = new AppCredentials { SecretRef = new LocalObjectReference { Name = "app" } },
            Stores = [StoreOf("sellers"), StoreOf("sellers"), new Store { Name = "without" }],
            Sync = new SyncPodSpec
            {
                Env =
                [
                    new EnvVar
                    {
                        ValueFrom = new EnvVarSource
                        {
                            SecretKeyRef = new KeySelector { Name = "env", Key = "k" },
                        },
                    },
                ],
                ImagePullSecrets = [new LocalObjectReference { Name = "regcred" }],
            },
        };

        Assert.Equal(["app", "env", "sellers"], SecretSharing.Secrets(spec));
    }

    [Theory]
    [InlineData(DeploymentEnvironment.Staging)]
    [InlineData(DeploymentEnvironment.Development)]
    public void One_that_is_not_production_is_not_run_and_names_both(DeploymentEnvironment environment)
    {
        var problem = Assert.Single(SecretSharing.Problems(Connector(environment), [WithProduction]));

        Assert.Equal(
            $"spec: Secret 'app' is used by connector 'amazon-eu' ({environment}) and by connector 'live' (Production); "
                + "give this connector a Secret of its own",
            problem
        );
    }

    [Fact]
    public void Production_goes_on_and_says_so()
    {
        var world = A.SettledWorld();
        var shared = new SharedSecret("app", "test", DeploymentEnvironment.Staging);

        var plan = Planner.Plan(world.Observe() with { SharedSecrets = [shared] });

        Assert.Empty(SecretSharing.Problems(world.Connector, [shared]));
        var condition = Assert.Single(plan.ConnectorStatus.Conditions, c => c.Type == Reasons.SecretShared);
        Assert.Contains("connector 'amazon-eu' (Production)", condition.Message, StringComparison.Ordinal);
        Assert.Contains("connector 'test' (Staging)", condition.Message, StringComparison.Ordinal);
        Assert.Contains(plan.ConnectorStatus.Conditions, c => c is { Type: ConditionTypes.Ready, Status: "True" });
    }

    private static Store StoreOf(string secret) =>
        new() { Credentials = new StoreCredentials { SecretRef = new StoreSecretReference { Name = secret } } };

    private static MarketplaceConnector Connector(DeploymentEnvironment environment)
    {
        var connector = A.Connector(DateTimeOffset.UnixEpoch);
        return connector with { Spec = connector.Spec with { Environment = environment } };
    }
}
