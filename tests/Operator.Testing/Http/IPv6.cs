using System.Net;
using System.Net.Sockets;

namespace Operator.Testing;

/// <summary>Whether this machine has IPv6. A container often has none.</summary>
public static class IPv6
{
    public const string WhyNot = "this machine has no IPv6";

    public static bool IsThere { get; } = CanListen();

    private static bool CanListen()
    {
        using var listener = new TcpListener(IPAddress.IPv6Loopback, port: 0);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
