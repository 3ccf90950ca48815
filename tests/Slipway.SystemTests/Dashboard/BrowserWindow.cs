using Microsoft.Playwright;

namespace Slipway.SystemTests.Dashboard;

/// <summary>One page of a browser, with what its console complained about.</summary>
public sealed class BrowserWindow : IAsyncDisposable
{
    private const int MaxTabs = 80;

    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];

    public BrowserWindow(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) => Note(message.Type is "error" or "warning", message.Text);
        page.PageError += (_, message) => Note(true, message);
    }

    public IPage Page { get; }

    /// <summary>Errors of scripts and of the content security policy.</summary>
    public IReadOnlyList<string> Complaints => _complaints;

    /// <summary>Goes on with the tabulator key, as somebody without a mouse does, until the element has the focus.</summary>
    public async Task TabToAsync(string selector)
    {
        for (var i = 0; i < MaxTabs; i++)
        {
            if (await Page.EvaluateAsync<bool>("selector => document.activeElement?.matches(selector) ?? false", selector))
                return;
            await Page.Keyboard.PressAsync("Tab");
        }
        Assert.Fail($"The tabulator key does not lead to {selector} on {Page.Url}.");
    }

    public async Task TypeIntoAsync(string selector, string text)
    {
        await TabToAsync(selector);
        await Page.Keyboard.PressAsync("Control+A");
        await Page.Keyboard.InsertTextAsync(text);
    }

    public async Task PressOnAsync(string selector, string key = "Enter")
    {
        await TabToAsync(selector);
        await Page.Keyboard.PressAsync(key);
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    private void Note(bool isBad, string text)
    {
        if (isBad)
            _complaints.Add(text);
    }
}
