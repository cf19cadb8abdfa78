namespace Operator.Planning.Record.Encoding;

/// <summary>One part of a book that is cut into several parts, such as <c>quotas</c>, <c>quotas.1</c> and <c>quotas.2</c>.</summary>
internal sealed record Shard<T>
    where T : class
{
    /// <summary>Number of the parts after the first one. Set in the first part.</summary>
    public int More { get; set; }
    public T? Content { get; set; }

    public static Shard<T> Of(IReadOnlyList<T> shards, int i) =>
        new() { More = i == 0 ? shards.Count - 1 : 0, Content = shards[i] };
}

/// <summary>Writes and reads books that are cut into several parts.</summary>
internal static class Shards
{
    /// <summary>Writes nothing when there is no shard.</summary>
    public static void Write<T>(PartWriter to, string name, IReadOnlyList<T> shards)
        where T : class
    {
        for (var i = 0; i < shards.Count; i++)
        {
            to.Write(NameOf(name, i), Shard<T>.Of(shards, i));
        }
    }

    /// <summary>All shards in order; empty when there is no part of this name.</summary>
    public static IReadOnlyList<T> Read<T>(PartReader from, string name)
        where T : class
    {
        if (from.Find<Shard<T>>(name) is not { } first)
        {
            return [];
        }
        var shards = new List<T> { Content(first, name) };
        for (var i = 1; i <= first.More; i++)
        {
            shards.Add(Content(from.Read<Shard<T>>(NameOf(name, i), listedIn: name), name));
        }
        return shards;
    }

    public static string NameOf(string name, int i) => i == 0 ? name : FormattableString.Invariant($"{name}.{i}");

    private static T Content<T>(Shard<T> shard, string name)
        where T : class => shard.Content ?? throw PartJson.Bad(name, "has no content");
}
