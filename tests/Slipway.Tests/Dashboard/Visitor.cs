using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Mvc.Testing;
using Slipway.Tests.Support;

namespace Slipway.Tests.Dashboard;

/// <summary>Somebody with a browser: keeps cookies, and sends the forms of the page that was opened last.</summary>
internal sealed partial class Visitor(SlipwayApp app)
{
    private readonly HttpClient _http = app.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });

    public HttpStatusCode Status { get; private set; }

    /// <summary>Where the last answer sends the browser.</summary>
    public string? Location { get; private set; }

    public string Html { get; private set; } = "";

    /// <summary>What a person reads, without the marks of HTML.</summary>
    public string Text => WebUtility.HtmlDecode(Marks().Replace(Html, " "));

    public HttpResponseMessage? Answer { get; private set; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async Task<Visitor> OpenAsync(string path)
    {
        await ReadAsync(await _http.GetAsync(path, Token));
        return this;
    }

    /// <summary>Sends a form with the antiforgery token of the page and what its hidden fields say.</summary>
    public Task<Visitor> SendAsync(string path, params (string Name, string Value)[] fields) =>
        SendBareAsync(path, [("__RequestVerificationToken", AntiforgeryToken()), .. fields]);

    /// <summary>Sends a form with all hidden fields of the page, and what the person adds.</summary>
    public Task<Visitor> SendWithHiddenAsync(string path, params (string Name, string Value)[] fields) => SendWithHiddenOfAsync(this, path, fields);

    /// <summary>Sends the form that somebody else was shown.</summary>
    public Task<Visitor> SendWithHiddenOfAsync(Visitor other, string path, params (string Name, string Value)[] fields) => SendBareAsync(
        path,
        [.. HiddenField().Matches(other.Html).Select(field => (field.Groups[1].Value, WebUtility.HtmlDecode(field.Groups[2].Value))), .. fields]);

    /// <summary>Sends what a page elsewhere could make a browser send.</summary>
    public async Task<Visitor> SendBareAsync(string path, params (string Name, string Value)[] fields)
    {
        using var form = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        await ReadAsync(await _http.PostAsync(path, form, Token));
        return this;
    }

    public async Task<Visitor> SignInAsync(string email, string password = SlipwayApp.Password, string? goTo = null)
    {
        await OpenAsync("/sign-in");
        return await SendAsync("/session", ("email", email), ("password", password), ("return", goTo ?? ""));
    }

    private async Task ReadAsync(HttpResponseMessage answer)
    {
        Answer = answer;
        Status = answer.StatusCode;
        Location = answer.Headers.Location?.OriginalString;
        Html = await answer.Content.ReadAsStringAsync(Token);
    }

    private string AntiforgeryToken() => TokenField().Match(Html) is { Success: true } field
        ? field.Groups[1].Value
        : throw new InvalidOperationException($"The page has no form. It says: {Text}");

    [GeneratedRegex("""name="__RequestVerificationToken" value="([^"]+)""")]
    private static partial Regex TokenField();

    [GeneratedRegex("""<input type="hidden" name="([^"]+)" value="([^"]*)""")]
    private static partial Regex HiddenField();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Marks();
}
