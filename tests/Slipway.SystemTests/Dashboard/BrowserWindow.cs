using Microsoft.Playwright;

namespace Slipway.SystemTests.Dashboard;

/// <summary>One page of a browser, with what its console complained about.</summary>
public sealed class BrowserWindow : IAsyncDisposable
{
    private const int MaxTabs = 80;
    private const int MostLoads = 5;

    // Chromium drops what waits for a connection whenever an address comes or goes on this machine, as servers of the rig make them. No switch keeps it from that.
    private const string NetworkChanged = "net::ERR_NETWORK_CHANGED";

    /// <summary>Long enough for a slow machine that has much else to do, for whatever is waited for in a browser.</summary>
    public const float Patience = 120_000;

    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];
    private int _networkChanges;

    static BrowserWindow() => Assertions.SetDefaultExpectTimeout(Patience);

    public BrowserWindow(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        context.SetDefaultTimeout(Patience);
        page.Console += (_, message) => Note(message.Type is "error" or "warning", message.Text);
        page.PageError += (_, message) => Note(true, message);
        page.RequestFailed += (_, request) => _networkChanges += request.Failure == NetworkChanged ? 1 : 0;
    }

    public IPage Page { get; }

    /// <summary>Errors of scripts and of the content security policy.</summary>
    public IReadOnlyList<string> Complaints => _complaints;

    public Task<IResponse?> GoAsync(string address) => LoadAsync(() => Page.GotoAsync(address));

    /// <summary>Goes on with the tabulator key, as somebody without a mouse does, until the element has the focus.</summary>
    public async Task TabToAsync(string selector)
    {
        await Page.WaitForLoadStateAsync();
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

    /// <summary>Presses a button of a page that is just coming, and not before its scripts are there.</summary>
    public async Task ClickOnceLoadedAsync(string button)
    {
        var found = Page.GetByRole(AriaRole.Button, new() { Name = button });
        await found.WaitForAsync();
        await Page.WaitForLoadStateAsync();
        await found.ClickAsync();
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    // Again where something of the page was dropped on account of the machine's network; whatever else goes wrong is an error.
    private async Task<IResponse?> LoadAsync(Func<Task<IResponse?>> load)
    {
        for (var attempt = 1; ; attempt++)
        {
            var before = _networkChanges;
            try
            {
                var answer = await load();
                if (_networkChanges == before || attempt == MostLoads)
                    return answer;
            }
            catch (PlaywrightException exception) when (attempt < MostLoads && exception.Message.Contains(NetworkChanged, StringComparison.Ordinal))
            {
            }
            _complaints.RemoveAll(complaint => complaint == $"Failed to load resource: {NetworkChanged}");
        }
    }

    private void Note(bool isBad, string text)
    {
        if (isBad)
            _complaints.Add(text);
    }
}
