using System.Globalization;

namespace SyncWorker;

/// <summary>Syncs one store: reads its new orders page by page and acknowledges each order with its total.</summary>
public sealed class OrderSync(MarketplaceClient marketplace, string version)
{
    /// <summary>Version 1.0 acknowledges orders one by one; later versions acknowledge a page per call.</summary>
    private readonly bool _acknowledgesPages = version != "1.0";

    /// <summary>
    /// Version 1.2 has a bug: it reads amounts in the German format, so "1,234.50" becomes 1.2345 and the marketplace refuses the
    /// acknowledgement. Every fifth order has a total above 1,000.
    /// </summary>
    private readonly bool _readsCommaAsDecimalPoint = version == "1.2";

    public async Task RunAsync(string store, DateTimeOffset since, DateTimeOffset until, StoreCounts counts)
    {
        string? next = null;
        do
        {
            var page = await marketplace.OrdersAsync(store, since, until, next);
            var orders = page.Orders.Select(o => new Acknowledgement(o.Id, Amount(o.Total))).ToList();
            foreach (var batch in _acknowledgesPages ? [orders] : orders.Select(o => new List<Acknowledgement> { o }))
            {
                Count(await marketplace.AcknowledgeAsync(store, batch), counts);
            }
            next = page.NextPageToken;
        } while (next is not null);
    }

    private static void Count(List<AcknowledgementResult> results, StoreCounts counts)
    {
        foreach (var result in results)
        {
            if (result.Status < 300)
            {
                counts.Succeeded();
            }
            else
            {
                counts.Fail(MarketplaceClient.ClassOf((System.Net.HttpStatusCode)result.Status));
            }
        }
    }

    private decimal Amount(string text)
    {
        if (!_readsCommaAsDecimalPoint)
        {
            return decimal.Parse(text, NumberStyles.Number, CultureInfo.InvariantCulture);
        }
        var parts = text.Replace(".", "", StringComparison.Ordinal).Split(',');
        return decimal.Parse(
            parts.Length == 2 ? $"{parts[0]}.{parts[1]}" : text,
            NumberStyles.Number,
            CultureInfo.InvariantCulture
        );
    }
}
