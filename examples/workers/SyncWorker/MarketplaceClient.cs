using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace SyncWorker;

/// <summary>The marketplace refused a call and a retry does not help; the error class is the kind of reason.</summary>
public sealed class MarketplaceException(char errorClass, string message) : Exception(message)
{
    public char ErrorClass { get; } = errorClass;
}

/// <summary>The client of the marketplace: uses client credentials and pages, and obeys Retry-After.</summary>
public sealed class MarketplaceClient(HttpClient http, TimeProvider time, CancellationToken deadline)
{
    private const int MostTries = 5;
    private readonly Dictionary<string, string> _tokens = new(StringComparer.Ordinal);

    /// <summary>Signs in with the credential files of the folder; uses one token for the whole run.</summary>
    public async Task SignInAsync(string credentials)
    {
        if (!_tokens.TryGetValue(credentials, out var token))
        {
            var id = Path.Combine(credentials, "client_id");
            var secret = Path.Combine(credentials, "client_secret");
            if (!File.Exists(id) || !File.Exists(secret))
            {
                throw new MarketplaceException('a', $"no client_id and client_secret in {credentials}");
            }
            using var form = new FormUrlEncodedContent([
                new("grant_type", "client_credentials"),
                new("client_id", (await File.ReadAllTextAsync(id, deadline)).Trim()),
                new("client_secret", (await File.ReadAllTextAsync(secret, deadline)).Trim()),
            ]);
            using var response = await SendAsync(() =>
                new HttpRequestMessage(HttpMethod.Post, "oauth/token") { Content = form }
            );
            token = (await response.Content.ReadFromJsonAsync(WorkerJson.Default.Token, deadline))?.AccessToken ?? "";
            _tokens[credentials] = token;
        }
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public async Task<OrderPage> OrdersAsync(
        string store,
        DateTimeOffset since,
        DateTimeOffset until,
        string? pageToken
    )
    {
        var query =
            $"stores/{store}/orders?since={Instant(since)}&until={Instant(until)}"
            + (pageToken is null ? "" : $"&pageToken={pageToken}");
        using var response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, query));
        return await response.Content.ReadFromJsonAsync(WorkerJson.Default.OrderPage, deadline) ?? new OrderPage();
    }

    /// <summary>Acknowledges several orders in one call; each order has its own result.</summary>
    public async Task<List<AcknowledgementResult>> AcknowledgeAsync(string store, List<Acknowledgement> orders)
    {
        using var response = await SendAsync(() =>
            new HttpRequestMessage(HttpMethod.Post, $"stores/{store}/acknowledgements")
            {
                Content = JsonContent.Create(orders, WorkerJson.Default.ListAcknowledgement),
            }
        );
        return await response.Content.ReadFromJsonAsync(WorkerJson.Default.ListAcknowledgementResult, deadline) ?? [];
    }

    /// <summary>Sends a request. After 429 it waits for Retry-After and tries again, up to <see cref="MostTries"/> times.</summary>
    private async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> request)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var message = request();
            var response = await http.SendAsync(message, deadline);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }
            using (response)
            {
                if (response.StatusCode != HttpStatusCode.TooManyRequests || attempt == MostTries)
                {
                    throw new MarketplaceException(
                        ClassOf(response.StatusCode),
                        $"{message.Method} {message.RequestUri}: {(int)response.StatusCode}"
                    );
                }
                await Task.Delay(response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1), time, deadline);
            }
        }
    }

    public static char ClassOf(HttpStatusCode status) =>
        (int)status switch
        {
            401 or 403 => 'a',
            429 => 't',
            >= 500 => 'u',
            _ => 'i',
        };

    private static string Instant(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
