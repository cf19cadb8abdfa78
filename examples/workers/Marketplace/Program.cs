using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace Marketplace;

/// <summary>
/// A server that simulates a marketplace: OAuth client credentials, pages, a quota with 429 and Retry-After, and
/// acknowledgements that it checks row by row.
/// </summary>
internal static class Program
{
    private const int PageSize = 50;

    private static void Main()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.ConfigureHttpJsonOptions(json =>
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, MarketplaceJson.Default)
        );
        builder.WebHost.UseUrls(Setting("LISTEN", "http://*:8080"));
        var app = builder.Build();
        var quota = new Quota(perSecond: 10, burst: 40, TimeProvider.System);
        var statistics = new Statistics();
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

        app.MapGet("/healthz", () => Results.Text("ok"));
        app.MapGet(
            "/admin/stats",
            () => Results.Json(statistics.All(), MarketplaceJson.Default.SortedDictionaryStringInt64)
        );
        app.MapPost("/oauth/token", (HttpContext context, CancellationToken ct) => SignInAsync(context, token, ct));
        app.MapGet(
            "/stores/{store}/orders",
            (string store, HttpContext context) =>
                Refused(context, store, token, quota) ?? Page(store, context.Request.Query)
        );
        app.MapPost(
            "/stores/{store}/acknowledgements",
            (string store, List<Acknowledgement> orders, HttpContext context) =>
                Refused(context, store, token, quota)
                ?? Acknowledge(store, orders, context.Request.Headers.UserAgent.ToString(), statistics)
        );
        app.Run();
    }

    private static async Task<IResult> SignInAsync(HttpContext context, string token, CancellationToken ct)
    {
        var form = await context.Request.ReadFormAsync(ct);
        var isKnown =
            IsSame(form["client_id"].ToString(), Setting("CLIENT_ID", "demo"))
            && IsSame(form["client_secret"].ToString(), Setting("CLIENT_SECRET", "demo"));
        return isKnown
            ? Results.Json(new Token(token, "bearer", 3600), MarketplaceJson.Default.Token)
            : Results.StatusCode(StatusCodes.Status401Unauthorized);
    }

    /// <summary>Returns the refusal of a call; null when the call is allowed.</summary>
    private static IResult? Refused(HttpContext context, string store, string token, Quota quota)
    {
        if (!IsSame(context.Request.Headers.Authorization.ToString(), $"Bearer {token}"))
        {
            return Results.StatusCode(StatusCodes.Status401Unauthorized);
        }
        if (quota.Take($"{store} {context.Request.Method}") is { } wait)
        {
            context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds)
                .ToString(CultureInfo.InvariantCulture);
            return Results.StatusCode(StatusCodes.Status429TooManyRequests);
        }
        return null;
    }

    private static IResult Page(string store, IQueryCollection query)
    {
        if (!Instant(query["since"], out var since) || !Instant(query["until"], out var until))
        {
            return Results.BadRequest();
        }
        _ = int.TryParse(query["pageToken"], NumberStyles.None, CultureInfo.InvariantCulture, out var skip);
        var orders = Orders.Between(store, since, until).Skip(skip).Take(PageSize + 1).ToList();
        var next = orders.Count > PageSize ? (skip + PageSize).ToString(CultureInfo.InvariantCulture) : null;
        return Results.Json(new OrderPage([.. orders.Take(PageSize)], next), MarketplaceJson.Default.OrderPage);
    }

    /// <summary>Refuses rows with a wrong total and accepts the others.</summary>
    private static IResult Acknowledge(
        string store,
        List<Acknowledgement> orders,
        string version,
        Statistics statistics
    )
    {
        var results = new List<AcknowledgementResult>();
        foreach (var order in orders)
        {
            var isRight = Orders.TotalOf(store, order.Id) == order.Total;
            statistics.Count(version, isRight ? "accepted" : "refused");
            results.Add(
                new AcknowledgementResult(
                    order.Id,
                    isRight ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity
                )
            );
        }
        return Results.Json(results, MarketplaceJson.Default.ListAcknowledgementResult);
    }

    private static bool Instant(string? text, out DateTimeOffset at) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out at);

    private static bool IsSame(string a, string b) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(a), Encoding.UTF8.GetBytes(b));

    private static string Setting(string name, string fallback) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : fallback;
}

public sealed record Token(
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("token_type")] string TokenType,
    [property: JsonPropertyName("expires_in")] int ExpiresIn
);

public sealed record OrderPage(List<Order> Orders, string? NextPageToken);

public sealed record Acknowledgement(string Id, decimal Total);

public sealed record AcknowledgementResult(string Id, int Status);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Token))]
[JsonSerializable(typeof(OrderPage))]
[JsonSerializable(typeof(List<Acknowledgement>))]
[JsonSerializable(typeof(List<AcknowledgementResult>))]
[JsonSerializable(typeof(SortedDictionary<string, long>))]
internal sealed partial class MarketplaceJson : JsonSerializerContext;
