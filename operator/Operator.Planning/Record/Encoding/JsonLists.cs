namespace Operator.Planning.Record.Encoding;

/// <summary>
/// Writes a list as several JSON lists of at most <see cref="PartJson.MostBytes"/>. The first lists stay the same when items are
/// appended.
/// </summary>
internal static class JsonLists
{
    /// <summary>An item that is larger than the limit is a list of its own.</summary>
    public static IEnumerable<byte[]> Of<T>(IEnumerable<T> items)
    {
        var list = new MemoryStream();
        foreach (var item in items)
        {
            var json = PartJson.Write(item);
            if (list.Length > 0 && list.Length + json.Length > PartJson.MostBytes)
            {
                yield return Closed(list);
                list = new MemoryStream();
            }
            list.WriteByte((byte)(list.Length == 0 ? '[' : ','));
            list.Write(json);
        }
        if (list.Length > 0)
        {
            yield return Closed(list);
        }
    }

    private static byte[] Closed(MemoryStream list)
    {
        list.WriteByte((byte)']');
        return list.ToArray();
    }
}
