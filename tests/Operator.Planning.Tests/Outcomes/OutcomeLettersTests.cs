using CsCheck;
using Operator.Planning.Outcomes;
using Operator.Planning.Record;

namespace Operator.Planning.Tests.Outcomes;

public sealed class OutcomeLettersTests
{
    private static readonly StoreOutcome[] All = Enum.GetValues<StoreOutcome>();

    /// <summary>Rows of outcomes: long repetitions and single letters.</summary>
    private static readonly Gen<StoreOutcome[]> Rows = Gen.Select(Gen.Int[0, All.Length - 1], Gen.Int[1, 300])
        .Array[0, 60]
        .Select(runs =>
            runs.SelectMany(r => Enumerable.Repeat(All[r.Item1], r.Item2 % 3 == 0 ? 1 : r.Item2)).ToArray()
        );

    [Fact]
    public void A_row_comes_back_as_it_was_and_is_never_longer_than_it_has_outcomes() =>
        Rows.Sample(row =>
        {
            var text = OutcomeLetters.Pack(row);

            Assert.True(text.Length <= row.Length);
            Assert.Equal(row, OutcomeLetters.Unpack(text, row.Length, missing: StoreOutcome.Unknown));
        });

    [Fact]
    public void A_shorter_row_says_nothing_of_younger_stores() =>
        Assert.Equal(
            [StoreOutcome.Ok, StoreOutcome.Ok, StoreOutcome.NotListed],
            OutcomeLetters.Unpack("o2", 3, missing: StoreOutcome.NotListed)
        );

    [Theory]
    [InlineData("o1z2", "oo??")]
    [InlineData("o99999999999999999999", "oooo")]
    [InlineData("12o2", "?ooo")]
    [InlineData("o9", "oooo")]
    public void Whatever_a_row_says_it_is_read(string text, string expected) =>
        Assert.Equal(expected.Length, OutcomeLetters.Unpack(text, 4, missing: StoreOutcome.NotListed).Length);

    [Fact]
    public void Every_outcome_has_its_words_and_is_of_one_sort()
    {
        Assert.All(
            All,
            outcome =>
            {
                Assert.Matches("^[A-Z][A-Za-z]+$", OutcomeWords.ReasonOf(outcome));
                Assert.NotEmpty(OutcomeWords.Sentence(outcome));
                Assert.False(outcome.IsSync() && outcome.IsMiss());
                Assert.True(outcome.IsDue() || !(outcome.IsSync() || outcome.IsMiss()));
                Assert.True(outcome.IsDue() == outcome.IsMiss() || outcome.IsOfRun());
            }
        );
        Assert.Equal(All.Length, All.Select(OutcomeWords.ReasonOf).Distinct().Count());
        Assert.All(Enum.GetValues<MissCause>(), cause => Assert.True(StoreOutcomes.Of(cause).IsDue()));
    }
}
