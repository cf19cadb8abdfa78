using System.Collections.Immutable;

namespace Operator.Runtime.Tests.Records;

/// <summary>Parts inside the head that do not change for long get their own ConfigMap, once the head has become large.</summary>
public sealed class RecordInlineTests : IDisposable
{
    private const int Commits = 4;
    private static readonly RecordStoreOptions Options = RecordWorld.Options with
    {
        OutlivesHead = _ => false,
        UsualInlineBytes = 3300,
        QuietCommits = Commits,
    };
    private readonly RecordWorld _world = new();

    [Fact]
    public async Task Small_parts_stay_inside_for_ever()
    {
        var writer = _world.NewWriter(Options);
        await CommitAsync(writer, "quiet", 900);

        await ChangeAsync(writer, "busy", 900, 3 * Commits);

        Assert.Empty(_world.Parts);
    }

    [Fact]
    public async Task A_quiet_part_of_a_large_head_moves_out_and_the_busy_ones_stay()
    {
        var writer = _world.NewWriter(Options);
        foreach (var name in (string[])["quiet1", "quiet2", "quiet3", "small"])
        {
            await CommitAsync(writer, name, name == "small" ? 100 : 900);
        }

        await ChangeAsync(writer, "busy", 900, 3 * Commits);

        Assert.Equal(["quiet1"], _world.Parts.Select(p => p.Json.GetProperty("data").GetProperty("name").GetString()));
        var read = Assert.IsType<RecordRead.Found>(await _world.ReadAsync());
        Assert.Equal(["busy", "quiet1", "quiet2", "quiet3", "small"], read.Record.Parts.Keys);
        Assert.Equal(900, read.Record.Parts["quiet1"].Length);
    }

    [Fact]
    public async Task A_part_that_moved_out_comes_back_inside_when_it_changes()
    {
        var writer = _world.NewWriter(Options);
        foreach (var name in (string[])["quiet1", "quiet2", "quiet3"])
        {
            await CommitAsync(writer, name, 900);
        }
        await ChangeAsync(writer, "busy", 900, 3 * Commits);
        var moved = Assert.Single(_world.Parts).Name;

        await CommitAsync(writer, "quiet1", 800);

        Assert.DoesNotContain(moved, _world.Head.Json.GetRawText(), StringComparison.Ordinal);
    }

    public void Dispose() => _world.Dispose();

    private static async Task ChangeAsync(Writer writer, string name, int bytes, int commits)
    {
        for (var i = 0; i < commits; i++)
        {
            await CommitAsync(writer, name, bytes);
        }
    }

    /// <summary>Commits a part with new content that does not compress.</summary>
    private static async Task CommitAsync(Writer writer, string name, int bytes)
    {
        var noise = new byte[bytes];
        Random.Shared.NextBytes(noise);
        var changes = ImmutableSortedDictionary.Create<string, ReadOnlyMemory<byte>?>(StringComparer.Ordinal);
        await writer.Store.CommitAsync(
            RecordWorld.Subject,
            await writer.ReadBasisAsync(),
            changes.Add(name, noise),
            RecordWorld.Stop
        );
    }
}
