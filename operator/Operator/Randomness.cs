using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Operator;

/// <summary>Where chance enters: ids, the order of an attempt, jitter. Production draws from the system, a simulation from a seed.</summary>
internal sealed class Randomness(Func<int, byte[]> bytes)
{
    private const int IdBytes = 10;

    public static Randomness OfTheSystem() => new(RandomNumberGenerator.GetBytes);

    /// <summary>A name that never comes again: 80 bits, as 20 hex digits.</summary>
    public string Id() => Convert.ToHexStringLower(bytes(IdBytes));

    public ulong Number() => BinaryPrimitives.ReadUInt64LittleEndian(bytes(sizeof(ulong)));

    /// <summary>From 0 up to, but not including, 1.</summary>
    public double Fraction() => (Number() >> 11) * (1.0 / (1UL << 53));
}
