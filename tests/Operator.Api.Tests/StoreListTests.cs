using System.Globalization;
using System.Text;

namespace Operator.Api.Tests;

public sealed class StoreListTests
{
    [Theory]
    [InlineData("- name: acme-eu\n  sites: [A1PA6795UKMFR9]\n- {name: acme-us, suspend: true}\n")]
    [InlineData("""[{"name":"acme-eu","sites":["A1PA6795UKMFR9"]},{"name":"acme-us","suspend":true}]""")]
    public void Yaml_and_json_are_read_alike(string text)
    {
        var list = StoreList.Read(text);

        Assert.Null(list.Problem);
        Assert.Equal(["acme-eu", "acme-us"], list.Stores.Select(s => s.Name));
        Assert.Equal(["A1PA6795UKMFR9"], list.Stores[0].Sites);
        Assert.True(list.Stores[1].Suspend);
    }

    [Fact]
    public void An_empty_list_is_a_list()
    {
        var list = StoreList.Read("[] # nobody yet");

        Assert.Null(list.Problem);
        Assert.Empty(list.Stores);
    }

    [Theory]
    [InlineData("", "it is empty; write a list of stores, or [] for none")]
    [InlineData("# only a comment", "it is empty")]
    [InlineData("acme-eu", "it is no list; write one entry for each store")]
    [InlineData("stores: []", "it is no list")]
    [InlineData("[]\n---\n[]", "it has several documents; keep one list")]
    [InlineData("- name: a\n- name: [b", "line 3")]
    [InlineData("- name: a\n\tname: b", "found a tab")]
    [InlineData("- name: 12", "line 1: [0].name: is the number 12, must be a text")]
    [InlineData("- name:", "line 1: [0].name: has no value")]
    [InlineData("- name: a\n- name: a", "line 2: [1].name: 'a' is the name of stores[0] too")]
    [InlineData("\uFEFF- name: a\n- name: b", "line 1: it begins with a byte order mark (BOM)")]
    [InlineData("- name: a\n\uFEFF- name: b", "line 2: it begins with a byte order mark (BOM)")]
    [InlineData("\uFEFF", "line 1: it begins with a byte order mark (BOM)")]
    [InlineData("- name: null", "line 1: [0].name: has no value")]
    [InlineData("- name: a\n  suspend: maybe", "line 2: [0].suspend: is the text 'maybe', must be true or false")]
    public void What_is_no_list_of_stores_says_what_and_where(string text, string problem)
    {
        var list = StoreList.Read(text);

        Assert.NotNull(list.Problem);
        Assert.Contains(problem, list.Problem, StringComparison.Ordinal);
        Assert.Empty(list.Stores);
    }

    /// <summary>One wrong store among right ones stands still by itself.</summary>
    [Theory]
    [InlineData(
        "- name: a\n- {name: b, sites: ['no site!']}\n- name: c",
        "line 2: [1].sites[0]: 'no site!' is no id of a site"
    )]
    [InlineData(
        "- name: a\n- {name: b, sitez: []}\n- name: c",
        "line 2: [1].sitez: there is no such field; did you mean sites?"
    )]
    [InlineData("- name: a\n- {name: b, suspend: maybe}\n- name: c", "line 2: [1].suspend: is the text 'maybe'")]
    [InlineData("- name: a\n- name: b\n- name: c\n- name: b", "line 4: [3].name: 'b' is the name of stores[1] too")]
    public void A_wrong_store_among_right_ones_is_told_and_left_out(string text, string because)
    {
        var list = StoreList.Read(text);

        Assert.Null(list.Problem);
        Assert.Equal(["a", "c"], list.Stores.Select(s => s.Name));
        Assert.Equal(["b"], list.Wrong);
        Assert.Contains(because, list.WrongBecause, StringComparison.Ordinal);
    }

    /// <summary>Nobody knows which store an entry means that has no name; the others are known.</summary>
    [Theory]
    [InlineData("- name: a\n- nmae: b", "line 2: [1].nmae: there is no such field; did you mean name?")]
    [InlineData("- a\n- name: b", "line 1: [0]: is the text 'a', must be a map of fields")]
    [InlineData("- name: a\n\n- name: B", "line 3: [1].name: 'B' is no store name")]
    [InlineData("- name: a\n- sites: []", "line 2: [1].name: '' is no store name")]
    public void An_entry_without_a_name_that_is_one_is_told_and_left_out(string text, string because)
    {
        var list = StoreList.Read(text);

        Assert.Null(list.Problem);
        Assert.Single(list.Stores);
        Assert.Empty(list.Wrong);
        Assert.True(list.HasNameless);
        Assert.Contains(because, list.WrongBecause, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100, true)]
    [InlineData(101, false)]
    public void With_very_many_wrong_stores_the_list_is_wrong(int wrong, bool isList)
    {
        var text = string.Concat(Enumerable.Range(0, wrong).Select(i => $"- {{name: s{i}, sites: ['no site!']}}\n"));

        Assert.Equal(isList, StoreList.Read($"{text}- name: right").Problem is null);
    }

    [Fact]
    public void A_long_list_of_faults_is_cut()
    {
        var text = string.Concat(Enumerable.Range(0, 9).Select(_ => "- name: A\n"));

        Assert.Contains("; and ", StoreList.Read(text).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void No_text_however_hostile_makes_it_throw()
    {
        const string bomb =
            "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\n";
        string[] texts =
        [
            bomb,
            new('[', 100_000),
            "- &a\n  name: *a",
            "%YAML 9.9\n---\n- name: a",
            "\u0000",
            "- !!binary x",
        ];

        Assert.All(texts, text => Assert.NotNull(StoreList.Read(text).Problem));
    }

    [Fact]
    public void As_many_stores_as_a_connector_may_have_are_read()
    {
        var text = new StringBuilder();
        for (var i = 0; i < StoreList.MostStores; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"- {{name: store-{i:00000}, sites: [A1PA6795UKMFR9]}}\n");
        }

        Assert.Equal(StoreList.MostStores, StoreList.Read(text.ToString()).Stores.Length);
        Assert.Contains(
            "list at most 10000",
            StoreList.Read($"{text}- name: one-more").Problem,
            StringComparison.Ordinal
        );
    }
}
