using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Operator;

/// <summary>
/// The only source of random numbers: for ids, the salt of a plan, and jitter. Production uses the system's generator, a
/// simulation uses a seed.
/// </summary>
internal sealed class Randomness(Func<int, byte[]> bytes)
{
    private const int IdBytes = 10;

    public static Randomness OfTheSystem() => new(RandomNumberGenerator.GetBytes);

    /// <summary>A new random id: 80 bits as 20 hex digits.</summary>
    public string Id() => Convert.ToHexStringLower(bytes(IdBytes));

    public ulong Number() => BinaryPrimitives.ReadUInt64LittleEndian(bytes(sizeof(ulong)));

    /// <summary>A number from 0 (inclusive) to 1 (exclusive).</summary>
    public double Fraction() => (Number() >> 11) * (1.0 / (1UL << 53));
}
