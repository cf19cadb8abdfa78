using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using Operator.Planning.Record;

namespace Operator.Planning.Tests.Records;

/// <summary>The whole content of a record as text, read by reflection, so that two records can be compared.</summary>
internal static class RecordText
{
    public static string Of(object? value)
    {
        var text = new StringBuilder();
        Write(text, value);
        return text.ToString();
    }

    /// <summary>The properties that are stored, except the stored form itself.</summary>
    public static IEnumerable<PropertyInfo> PropertiesOf(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.SetMethod is { IsPublic: true } && p.PropertyType != typeof(StoredForm));

    public static bool IsOurs(Type type) =>
        type.IsClass
        && type != typeof(Trial)
        && type.Namespace?.StartsWith("Operator.", StringComparison.Ordinal) == true;

    private static void Write(StringBuilder text, object? value)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case string or System.Text.Json.JsonElement:
                text.Append('"').Append(value).Append('"');
                break;
            case IFormattable number:
                text.Append(number.ToString(number is DateTimeOffset ? "O" : null, CultureInfo.InvariantCulture));
                break;
            case Trial trial:
                text.AppendJoin('|', trial.Shards.Prepend(trial.Flow).Select(b => Convert.ToHexString(b.Span)));
                break;
            case IEnumerable items:
                text.Append('[');
                foreach (var item in items)
                {
                    Write(text, item);
                    text.Append(' ');
                }
                text.Append(']');
                break;
            case var item when IsOurs(item.GetType()):
                WriteProperties(text, item);
                break;
            case var pair when pair.GetType().Name.StartsWith("KeyValuePair", StringComparison.Ordinal):
                Write(text, pair.GetType().GetProperty("Key")!.GetValue(pair)); // every pair has both
                text.Append('=');
                Write(text, pair.GetType().GetProperty("Value")!.GetValue(pair));
                break;
            default:
                text.Append(value);
                break;
        }
    }

    private static void WriteProperties(StringBuilder text, object item)
    {
        text.Append('{');
        foreach (var property in PropertiesOf(item.GetType()))
        {
            text.Append(property.Name).Append(':');
            Write(text, property.GetValue(item));
            text.Append(";\n");
        }
        text.Append('}');
    }
}
