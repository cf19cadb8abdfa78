namespace Operator.Api;

/// <summary>Checks names of our objects as the API server does.</summary>
public static class ObjectNames
{
    /// <summary>The text can be the name of a store or flow.</summary>
    public static bool IsStoreName(string? name) => Texts.IsDnsLabel(name);

    /// <summary>What is wrong with a name and what to do, or null.</summary>
    public static string? Problem(string name) =>
        Texts.IsObjectName(name) ? null
        : name.Length == 0 ? "the name is missing; give the object one"
        : $"{Texts.Quote(name)} is no name of an object; use lower-case letters, digits, dashes and single dots, at most 253";
}
