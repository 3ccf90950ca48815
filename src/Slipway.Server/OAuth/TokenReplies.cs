using Microsoft.AspNetCore;
using Microsoft.AspNetCore.WebUtilities;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Slipway.Server.OAuth;

/// <summary>The reply of the token endpoint as clients of the v3 API know it: JSON, or a form for those who say that they prefer one.</summary>
internal sealed class TokenReplies : IOpenIddictServerHandler<ApplyTokenResponseContext>
{
    private const string Form = "application/x-www-form-urlencoded";

    public async ValueTask HandleAsync(ApplyTokenResponseContext context)
    {
        context.Response.ErrorUri = null;
        if (context.Response.TokenType is not null)
            context.Response.TokenType = "bearer";
        var http = context.Transaction.GetHttpRequest()!.HttpContext;
        if (!PrefersForm(http.Request))
            return;
        var fields = context.Response.GetParameters().Select(parameter => KeyValuePair.Create(parameter.Key, (string?)parameter.Value));
        http.Response.ContentType = Form;
        await http.Response.WriteAsync(QueryHelpers.AddQueryString("", fields).TrimStart('?'), context.CancellationToken);
        context.HandleRequest();
    }

    private static bool PrefersForm(HttpRequest request) => request.GetTypedHeaders().Accept
        .OrderByDescending(type => type.Quality ?? 1)
        .FirstOrDefault() is { } first && first.MediaType.Equals(Form, StringComparison.OrdinalIgnoreCase);
}
