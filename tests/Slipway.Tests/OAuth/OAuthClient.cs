using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using Slipway.Contracts.Applications;
using Slipway.Tests.Dashboard;
using Slipway.Tests.Support;

namespace Slipway.Tests.OAuth;

/// <summary>An application of somebody else: asks people for a code and turns it into a token.</summary>
internal sealed class OAuthClient(SlipwayApp app, ApplicationSecret registration)
{
    public const string Callback = "https://app.example.com/callback?from=slipway";

    public ApplicationSecret Registration => registration;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<OAuthClient> RegisterAsync(SlipwayApp app, Person owner, string name = "Harbour bot", params string[] redirectUris) =>
        new(app, await owner.Api.Applications.RegisterAsync(new(name, redirectUris.Length == 0 ? [Callback] : redirectUris), Cancel));

    /// <summary>The address that the person is sent to, with what this test adds or (with null) leaves out.</summary>
    public string AuthorizeUrl(params (string Name, string? Value)[] changes)
    {
        var query = new Dictionary<string, string?>
        {
            ["client_id"] = registration.ClientId,
            ["redirect_uri"] = Callback,
            ["scope"] = "public redeploy",
            ["state"] = "some state",
        };
        foreach (var (name, value) in changes)
            query[name] = value;
        return "/oauth/authorize" + Microsoft.AspNetCore.Http.QueryString.Create(query.Where(pair => pair.Value is not null));
    }

    /// <summary>The person reads the consent and presses a button.</summary>
    public async Task<Visitor> AskAsync(Visitor person, string? decision = "allow", int days = 0, params (string Name, string? Value)[] changes)
    {
        await person.OpenAsync(AuthorizeUrl(changes));
        return decision is null || person.Status != HttpStatusCode.OK
            ? person
            : await person.SendWithHiddenAsync("/oauth/authorize", ("decision", decision), ("days", $"{days}"));
    }

    public async Task<string> GetCodeAsync(Visitor person, params (string Name, string? Value)[] changes) =>
        Answer(await AskAsync(person, changes: changes))["code"];

    /// <summary>What the redirect tells the application.</summary>
    public static Dictionary<string, string> Answer(Visitor person) =>
        QueryHelpers.ParseQuery(new Uri(person.Location ?? throw new InvalidOperationException($"Not sent on: {person.Status} {person.Text}")).Query)
            .ToDictionary(pair => pair.Key, pair => pair.Value.ToString());

    public async Task<(HttpStatusCode Status, JsonNode Body)> RedeemAsync(string code, params (string Name, string? Value)[] changes)
    {
        using var response = await SendAsync("/oauth/token", basic: false, null, [("code", code), ("redirect_uri", Callback), .. changes]);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!);
    }

    public async Task<string> GetTokenAsync(Visitor person, params (string Name, string? Value)[] changes)
    {
        var (status, body) = await RedeemAsync(await GetCodeAsync(person, changes));
        Assert.True(status == HttpStatusCode.OK, body.ToJsonString());
        return (string)body["access_token"]!;
    }

    public async Task<HttpResponseMessage> SendAsync(string path, bool basic, string? accept, params (string Name, string? Value)[] fields)
    {
        var form = new Dictionary<string, string?> { ["client_id"] = registration.ClientId };
        if (!basic)
            form["client_secret"] = registration.ClientSecret;
        foreach (var (name, value) in fields)
            form[name] = value;
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent(form.Where(pair => pair.Value is not null).Select(pair => KeyValuePair.Create(pair.Key, pair.Value!))),
        };
        if (basic)
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{registration.ClientId}:{registration.ClientSecret}")));
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        using var http = app.Http();
        return await http.SendAsync(request, Cancel);
    }
}
