using System.Text;

namespace Operator.Runtime;

/// <summary>A text that is known, or that a file holds now.</summary>
public sealed class TextSource
{
    private readonly string? _text;
    private readonly string? _path;

    public TextSource(string text) => _text = text;

    private TextSource(string? text, string? path) => (_text, _path) = (text, path);

    public static TextSource OfFile(string path) => new(text: null, path);

    /// <summary>Base64 of the text if there is any, else the file; null when there is neither.</summary>
    internal static TextSource? OfEither(string? base64, string? path) =>
        !string.IsNullOrEmpty(base64) ? new TextSource(Encoding.UTF8.GetString(Convert.FromBase64String(base64)))
        : !string.IsNullOrEmpty(path) ? OfFile(path)
        : null;

    /// <summary>
    /// The text as it is now. Mounted files are replaced behind a symbolic link whose own time never changes, and they are
    /// small: reading them is both simpler and surer than asking when they changed.
    /// </summary>
    /// <exception cref="HttpRequestException">The file can't be read: no request can be made.</exception>
    internal string Read()
    {
        try
        {
            return _text ?? File.ReadAllText(_path!); // either is set, by the constructors
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HttpRequestException($"cannot read {_path}: {e.Message}", e);
        }
    }
}
