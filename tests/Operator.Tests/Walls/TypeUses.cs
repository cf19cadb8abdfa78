using System.Reflection;
using System.Reflection.Emit;

namespace Operator.Tests.Walls;

/// <summary>The types of its own assembly that a type uses, in its signatures and in the compiled code of its methods.</summary>
internal static class TypeUses
{
    private const BindingFlags Own =
        BindingFlags.Public
        | BindingFlags.NonPublic
        | BindingFlags.Instance
        | BindingFlags.Static
        | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(f => (OpCode)f.GetValue(null)!) // static fields have one
        .ToDictionary(c => c.Value);

    public static HashSet<Type> Of(Type type)
    {
        var found = new HashSet<Type>();
        Add(found, type.BaseType);
        AddAttributes(found, type.CustomAttributes);
        AddBounds(found, type.GetGenericArguments());
        foreach (var member in type.GetMembers(Own))
        {
            AddAttributes(found, member.CustomAttributes);
        }
        foreach (var used in type.GetInterfaces().Concat(type.GetFields(Own).Select(f => f.FieldType)))
        {
            Add(found, used);
        }
        foreach (var method in type.GetMethods(Own).Cast<MethodBase>().Concat(type.GetConstructors(Own)))
        {
            Add(found, (method as MethodInfo)?.ReturnType);
            AddBounds(found, method.IsGenericMethod ? method.GetGenericArguments() : []);
            foreach (var used in method.GetParameters().Select(p => p.ParameterType))
            {
                Add(found, used);
            }
            AddCode(found, method);
        }
        found.RemoveWhere(t => t.Assembly != type.Assembly);
        return found;
    }

    private static void AddCode(HashSet<Type> found, MethodBase method)
    {
        if (method.GetMethodBody() is not { } body || body.GetILAsByteArray() is not { } code)
        {
            return;
        }
        foreach (var local in body.LocalVariables)
        {
            Add(found, local.LocalType);
        }
        foreach (
            var clause in body.ExceptionHandlingClauses.Where(c => c.Flags == ExceptionHandlingClauseOptions.Clause)
        )
        {
            Add(found, clause.CatchType);
        }
        for (var at = 0; at < code.Length; )
        {
            var value = code[at] == 0xFE ? BitConverter.ToInt16([code[at + 1], code[at]]) : code[at];
            var operation = Codes[value];
            at += operation.Size;
            if (
                operation.OperandType
                is OperandType.InlineMethod
                    or OperandType.InlineField
                    or OperandType.InlineType
                    or OperandType.InlineTok
            )
            {
                AddMember(found, method, BitConverter.ToInt32(code, at));
            }
            at += SizeOf(operation.OperandType, code, at);
        }
    }

    private static void AddAttributes(HashSet<Type> found, IEnumerable<CustomAttributeData> attributes)
    {
        foreach (var attribute in attributes)
        {
            Add(found, attribute.AttributeType);
            var named = attribute.NamedArguments.Select(a => a.TypedValue);
            foreach (var argument in attribute.ConstructorArguments.Concat(named))
            {
                Add(found, argument.ArgumentType);
                Add(found, argument.Value as Type);
            }
        }
    }

    private static void AddBounds(HashSet<Type> found, Type[] parameters)
    {
        foreach (
            var bound in parameters.Where(p => p.IsGenericParameter).SelectMany(p => p.GetGenericParameterConstraints())
        )
        {
            Add(found, bound);
        }
    }

    private static void AddMember(HashSet<Type> found, MethodBase method, int token)
    {
        var arguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        var member = method.Module.ResolveMember(token, method.DeclaringType?.GetGenericArguments(), arguments);
        Add(found, member as Type ?? member?.DeclaringType);
        if (member is MethodInfo { IsGenericMethod: true } generic)
        {
            foreach (var argument in generic.GetGenericArguments())
            {
                Add(found, argument);
            }
        }
    }

    private static void Add(HashSet<Type> found, Type? type)
    {
        if (type is null || type.IsGenericParameter)
        {
            return;
        }
        if (type.HasElementType)
        {
            Add(found, type.GetElementType());
            return;
        }
        found.Add(type.IsGenericType ? type.GetGenericTypeDefinition() : type);
        foreach (var argument in type.GetGenericArguments())
        {
            Add(found, argument);
        }
    }

    private static int SizeOf(OperandType operand, byte[] code, int at) =>
        operand switch
        {
            OperandType.InlineNone => 0,
            OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
            OperandType.InlineVar => 2,
            OperandType.InlineI8 or OperandType.InlineR => 8,
            OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
            _ => 4,
        };
}
