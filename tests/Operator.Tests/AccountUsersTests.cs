using Operator.Gathering;
using Operator.Planning.Facts;
using Operator.Runtime;

namespace Operator.Tests;

/// <summary>The index of accounts: a change costs the accounts of one connector, and concerns only those that share one.</summary>
public sealed class AccountUsersTests
{
    private static readonly ObjectKey One = new("shop", "one");
    private static readonly ObjectKey Two = new("shop", "two");
    private static readonly ObjectKey Three = new("shop", "three");
    private readonly AccountUsers _users = new();

    [Fact]
    public void Connectors_of_one_account_are_told_of_each_other()
    {
        Assert.Empty(Note(One, Use(1, 2)));
        Assert.Equal([One], Note(Two, Use(2, 3)));

        Assert.Equal([new AccountElsewhere("s2", "two", "orders")], Of(One));
        Assert.Equal([new AccountElsewhere("s2", "one", "orders")], Of(Two));
    }

    [Fact]
    public void Of_three_connectors_the_last_two_go_on_sharing_when_one_leaves()
    {
        Note(One, Use(1));
        Note(Two, Use(1));
        Assert.Equal(2, Note(Three, Use(1)).Count);
        Assert.Equal(2, Of(One).Length);

        Assert.Equal(2, Note(One, null).Count);

        Assert.Equal([new AccountElsewhere("s1", "three", "orders")], Of(Two));
        Assert.Empty(Of(One));
        Assert.Equal([Three], Note(Two, null));
        Assert.Empty(Of(Three));
        Assert.Empty(Note(One, Use(2)));
    }

    [Fact]
    public void Other_namespaces_and_other_flows_share_nothing()
    {
        Note(One, Use(1));
        Note(new ObjectKey("other", "two"), Use(1));
        Note(Three, Use(1) with { Flows = ["prices"] });

        Assert.Empty(Of(One));
        Assert.Empty(Of(new ObjectKey("other", "two")));
        Assert.Empty(Of(Three));
    }

    [Fact]
    public void A_flow_that_gets_the_same_name_counts_from_then_on()
    {
        Note(One, Use(1));
        Note(Two, Use(1) with { Flows = ["prices"] });
        Assert.Empty(Of(One));

        Assert.Equal([One], Note(Two, Use(1) with { Flows = ["prices", "orders"] }));

        Assert.Single(Of(One));
    }

    [Fact]
    public void What_has_not_changed_concerns_nobody_and_is_not_worked_out_again()
    {
        Note(One, Use(1));
        Note(Two, Use(1));
        Of(Two);

        Assert.Empty(Note(One, Use(1)));

        Assert.Single(_users.Of(Two, () => throw new InvalidOperationException("it is known")));
    }

    /// <summary>The check of 10,000 stores in each of two connectors takes no more steps than there are stores.</summary>
    [Fact]
    public void Twenty_thousand_accounts_are_compared_in_one_pass()
    {
        var (ours, theirs) = (Accounts(0), Accounts(9_999));
        var calls = 0;

        Note(One, new AccountUse([], [ours]) { Flows = ["orders"] });
        var touched = Note(Two, new AccountUse([], [theirs]) { Flows = ["orders"] });

        Assert.Equal([One], touched);
        var shared = _users.Of(
            One,
            () =>
            {
                calls++;
                return new Dictionary<ulong, string> { [9_999] = "the last one" };
            }
        );
        Assert.Equal(new AccountElsewhere("the last one", "two", "orders"), Assert.Single(shared));
        Assert.Equal(1, calls);
    }

    private static System.Collections.Immutable.ImmutableArray<ulong> Accounts(int first) =>
        [.. Enumerable.Range(first, 10_000).Select(i => (ulong)i)];

    private static AccountUse Use(params ulong[] accounts) => new([.. accounts], []) { Flows = ["orders"] };

    private IReadOnlySet<ObjectKey> Note(ObjectKey key, AccountUse? use) => _users.Note(key, () => use);

    private System.Collections.Immutable.ImmutableArray<AccountElsewhere> Of(ObjectKey key) =>
        _users.Of(key, () => Enumerable.Range(0, 10).ToDictionary(i => (ulong)i, i => $"s{i}"));
}
