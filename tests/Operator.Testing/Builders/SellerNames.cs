using System.Collections.Immutable;

namespace Operator.Testing;

/// <summary>
/// Names of stores as sellers have them: they hardly compress, unlike <c>store-00001</c>. The same seed gives the same names.
/// </summary>
public sealed class SellerNames(int seed)
{
    /// <summary>Most characters of a store's name.</summary>
    public const int Longest = 63;

    private const string Letters = "abcdefghijklmnopqrstuvwxyz";
    private const string LettersAndDigits = $"{Letters}0123456789";
    private readonly Random _random = new(seed);

    /// <summary>Names such as <c>seller-0f8fad5b-d9cb-469f-a165-70867728950e</c>.</summary>
    public ImmutableArray<string> Uuids(int count) => [.. Enumerable.Range(0, count).Select(_ => Uuid())];

    /// <summary>Random letters and digits, <paramref name="length"/> characters each.</summary>
    public ImmutableArray<string> Random(int count, int length = Longest) =>
        [.. Enumerable.Range(0, count).Select(_ => Text(length))];

    private string Uuid()
    {
        var bytes = new byte[16];
        _random.NextBytes(bytes);
        return $"seller-{new Guid(bytes)}";
    }

    private string Text(int length) =>
        string.Concat(_random.GetItems<char>(Letters, 1))
        + string.Concat(_random.GetItems<char>(LettersAndDigits, length - 1));
}
