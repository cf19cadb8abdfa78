using System.CommandLine;

namespace Operator.Cli.Stores;

/// <summary><c>kubectl marketplace store NAME</c>.</summary>
internal static class StoreCommand
{
    private const string Json = "json";

    public static Command Of(Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "The store's name." };
        var connector = Text("--connector", "The connector; needed if several connectors have a store of this name.");
        var flow = Text("--flow", "Only this flow.");
        var since = Text(
            "--since",
            "Start time: 14:00 (your time zone), RFC 3339, or how long ago, such as 2h. Default: everything that is known."
        );
        var until = Text(
            "--until",
            "End time, in the form of --since; a time of day is the first such time after --since. Default: now."
        );
        var ns = Text("--namespace", "The namespace. Default: the namespace of the context.", "-n");
        var kubeconfig = Text(
            "--kubeconfig",
            "The kubeconfig file. Default: KUBECONFIG, else the pod's service account, else ~/.kube/config."
        );
        var context = Text("--context", "The context of the kubeconfig. Default: the current context.");
        var output = new Option<string>("--output", "-o")
        {
            Description = "text or json.",
            DefaultValueFactory = _ => "text",
        };
        output.AcceptOnlyFromAmong("text", Json);
        var command = new Command("store", "Shows when a store was synced, when it was not, and why.")
        {
            name,
            connector,
            flow,
            since,
            until,
            ns,
            kubeconfig,
            context,
            output,
        };
        command.SetAction(
            (parsed, ct) =>
                new StoreReader(terminal).RunAsync(
                    new StoreArguments
                    {
                        Store = parsed.GetValue(name) ?? "",
                        Connector = parsed.GetValue(connector),
                        Flow = parsed.GetValue(flow),
                        Since = parsed.GetValue(since),
                        Until = parsed.GetValue(until),
                        Namespace = parsed.GetValue(ns),
                        Kubeconfig = parsed.GetValue(kubeconfig),
                        Context = parsed.GetValue(context),
                        IsJson = parsed.GetValue(output) is Json,
                    },
                    ct
                )
        );
        return command;
    }

    private static Option<string?> Text(string name, string description, params string[] aliases) =>
        new(name, aliases) { Description = description };
}
