using System.Security.Cryptography;

namespace Operator;

/// <summary>Random names: 80 bits, as 20 hex digits.</summary>
internal static class RandomIds
{
    private const int Bytes = 10;

    public static string Next() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes));
}
