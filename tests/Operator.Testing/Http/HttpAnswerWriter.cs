using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Operator.Runtime;

namespace Operator.Testing;

/// <summary>Writes one answer, with its network fault.</summary>
internal sealed class HttpAnswerWriter(HttpContext context, ClusterState state, TimeProvider time)
{
    private HttpResponse Response => context.Response;

    public async Task WriteTextAsync(HttpStatusCode status, string text, TimeSpan? retryAfter = null)
    {
        Begin(status, "text/plain; charset=utf-8", retryAfter);
        await Response.WriteAsync(text, context.RequestAborted);
    }

    public async Task WriteAsync(HttpAnswer answer, WireFault fault)
    {
        if (fault.ResetsAfter)
        {
            context.Abort();
        }
        else if (answer.Watch is { } watch)
        {
            Begin(answer.Status, "application/json", retryAfter: null);
            await WriteWatchAsync(watch, fault.CutsWatchAfter);
        }
        else if (answer is { Status: HttpStatusCode.NotFound } && !answer.Body.TryGetProperty("reason", out _))
        {
            await WriteTextAsync(answer.Status, "404 page not found");
        }
        else
        {
            Begin(answer.Status, "application/json", answer.RetryAfter);
            await WriteBodyAsync(Encoding.UTF8.GetBytes(answer.Body.GetRawText()), fault);
        }
    }

    private void Begin(HttpStatusCode status, string contentType, TimeSpan? retryAfter)
    {
        Response.StatusCode = (int)status;
        Response.ContentType = contentType;
        Response.Headers.Date = state.ServerNow.ToString("r", CultureInfo.InvariantCulture);
        if (retryAfter is { } wait)
        {
            Response.Headers.RetryAfter = ((long)wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }
    }

    private async Task WriteBodyAsync(byte[] body, WireFault fault)
    {
        var ct = context.RequestAborted;
        Response.ContentLength = body.Length;
        if (fault.CutsBodyAfter is { } cut)
        {
            await Response.Body.WriteAsync(body.AsMemory(0, Math.Min(cut, body.Length)), ct);
            await Response.Body.FlushAsync(ct);
            context.Abort();
            return;
        }
        var half = fault.BodyDelay > TimeSpan.Zero ? body.Length / 2 : body.Length;
        await Response.Body.WriteAsync(body.AsMemory(0, half), ct);
        if (half < body.Length)
        {
            await Response.Body.FlushAsync(ct);
            await Task.Delay(fault.BodyDelay, time, ct);
            await Response.Body.WriteAsync(body.AsMemory(half), ct);
        }
    }

    private async Task WriteWatchAsync(WatchStream watch, int? cutAfter)
    {
        // Send the headers now: they tell the client that the watch is open, before the first event.
        await Response.StartAsync(context.RequestAborted);
        await Response.Body.FlushAsync(context.RequestAborted);
        var left = cutAfter;
        await foreach (var change in watch.ReadAsync(context.RequestAborted))
        {
            var line = Line(change);
            if (left-- == 0)
            {
                await Response.Body.WriteAsync(line.AsMemory(0, line.Length / 2), context.RequestAborted);
                await Response.Body.FlushAsync(context.RequestAborted);
                context.Abort();
                return;
            }
            await Response.Body.WriteAsync(line, context.RequestAborted);
            await Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    private static byte[] Line(WatchEvent change)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", change.Kind.ToString().ToUpperInvariant());
            json.WritePropertyName("object");
            change.Item.WriteTo(json);
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }
}

internal static class ListJson
{
    public static JsonElement Write(ResourceKind kind, ListPage page)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("kind", kind.Kind + "List");
            json.WriteString("apiVersion", kind.ApiVersion);
            json.WriteStartObject("metadata");
            json.WriteString("resourceVersion", page.ResourceVersion);
            json.WriteString("continue", page.Continue ?? "");
            json.WriteEndObject();
            json.WriteStartArray("items");
            foreach (var item in page.Items)
            {
                item.WriteTo(json);
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return JsonElement.Parse(buffer.WrittenSpan);
    }
}
