using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Operator.Api;

namespace Operator.Planning.Actions;

/// <summary>An action's identity without its UID: 64 bits of the SHA-256 of kind, name and spec.</summary>
public static class ActionTokens
{
    private const int Digits = 16;

    public static string Of(SyncAction action)
    {
        var spec = JsonSerializer.Serialize(action.Spec, ApiJson.Default.ActionSpec);
        var identity = $"{ApiGroup.ActionKind}\n{action.Metadata.Name}\n{spec}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)))[..Digits];
    }
}
