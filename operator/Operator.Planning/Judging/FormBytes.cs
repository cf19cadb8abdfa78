using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Operator.Planning.Record.Encoding;

namespace Operator.Planning.Judging;

/// <summary>Writes numbers as few bytes: whole ones with seven bits a byte, fractions exactly.</summary>
internal sealed class FormWriter
{
    private readonly List<byte> _bytes = [];

    public ImmutableArray<byte> Bytes => [.. _bytes];

    public void Whole(long number)
    {
        var rest = (ulong)number;
        while (rest >= 0x80)
        {
            _bytes.Add((byte)(rest | 0x80));
            rest >>= 7;
        }
        _bytes.Add((byte)rest);
    }

    public void Fraction(double number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, number);
        _bytes.AddRange(bytes);
    }

    public void Rough(float number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, number);
        _bytes.AddRange(bytes);
    }

    public void Claim(bool isTrue) => _bytes.Add(isTrue ? (byte)1 : (byte)0);

    public void Name(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Whole(bytes.Length);
        _bytes.AddRange(bytes);
    }
}

/// <summary>Reads what <see cref="FormWriter"/> wrote.</summary>
internal sealed class FormReader(ImmutableArray<byte> bytes)
{
    private const int MostBits = 63;
    private int _at;

    public bool IsAtEnd => _at >= bytes.Length;

    public long Whole()
    {
        var number = 0L;
        for (var shift = 0; shift < MostBits; shift += 7)
        {
            var next = Take(1)[0];
            number |= (long)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return number;
            }
        }
        throw Damaged();
    }

    /// <summary>A whole number that fits an int, such as a count.</summary>
    public int Count()
    {
        var number = Whole();
        return number <= int.MaxValue ? (int)number : throw Damaged();
    }

    public double Fraction() => BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double)));

    public float Rough() => BinaryPrimitives.ReadSingleLittleEndian(Take(sizeof(float)));

    public bool Claim() => Take(1)[0] != 0;

    public string Name() => Encoding.UTF8.GetString(Take(Count()));

    /// <summary>All bytes that are not yet read.</summary>
    public ImmutableArray<byte> Rest() => [.. Take(bytes.Length - _at)];

    public static DamagedRecordException Damaged() => new("the judge's state in the record can't be read");

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > bytes.Length - _at)
        {
            throw Damaged();
        }
        _at += count;
        return bytes.AsSpan(_at - count, count);
    }
}
