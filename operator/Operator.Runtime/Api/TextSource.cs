using System.Text;

namespace Operator.Runtime;

/// <summary>A fixed text, or the current content of a file.</summary>
public sealed class TextSource
{
    private readonly string? _text;
    private readonly string? _path;

    public TextSource(string text) => _text = text;

    private TextSource(string? text, string? path) => (_text, _path) = (text, path);

    public static TextSource OfFile(string path) => new(text: null, path);

    /// <summary>Uses the base64 text if it is given, else the file; null when neither is given.</summary>
    internal static TextSource? OfEither(string? base64, string? path) =>
        !string.IsNullOrEmpty(base64) ? new TextSource(Encoding.UTF8.GetString(Convert.FromBase64String(base64)))
        : !string.IsNullOrEmpty(path) ? OfFile(path)
        : null;

    /// <summary>
    /// Returns the current text. The file is read each time: mounted files are small, and Kubernetes replaces them behind a
    /// symbolic link, so the change time of the link does not show a new file.
    /// </summary>
    /// <exception cref="HttpRequestException">The file can't be read, so no request is possible.</exception>
    internal string Read()
    {
        try
        {
            return _text ?? File.ReadAllText(_path!); // the constructors set one of the two
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HttpRequestException($"cannot read {_path}: {e.Message}", e);
        }
    }
}
