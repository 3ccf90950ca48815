using System.Reflection;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Slipway.Contracts.Http;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;

namespace Slipway.Server.Platform.Documents;

/// <summary>Writes down of each operation what its route declares: parameters, scope, level and every error that it may answer with.</summary>
internal sealed class ApiOperations : IOpenApiOperationTransformer
{
    private const string Json = "application/json";

    public async Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var route = new Route(context.Description.ActionDescriptor.EndpointMetadata, context.Description.HttpMethod ?? "GET");
        operation.OperationId = OperationId(operation, route);
        operation.Description = Describe(route);
        operation.Security = Security(route, context.Document);
        operation.Parameters ??= [];
        foreach (var parameter in operation.Parameters.OfType<OpenApiParameter>())
            parameter.Description ??= RouteValues.Describe(parameter.Name ?? "", context.Description.RelativePath ?? "");
        foreach (var value in route.Values)
            operation.Parameters.Add(await ParameterAsync(value, context, cancellationToken));
        if (route.Record is { } record)
            operation.RequestBody = await BodyAsync(record, context, cancellationToken);
        await AddErrorsAsync(operation, route, context, cancellationToken);
    }

    private static string OperationId(OpenApiOperation operation, Route route)
    {
        var handler = route.Metadata.OfType<MethodInfo>().First();
        var name = handler.Name == "Handle" ? handler.DeclaringType!.Name : handler.Name;
        return $"{operation.Tags?.FirstOrDefault()?.Name}.{name}";
    }

    private static string Describe(Route route)
    {
        if (route.IsOpen)
            return "Needs no token.";
        var scope = route.Scope is null ? "Needs any valid token." : $"Needs a token with the scope `{route.Scope}`.";
        return route.Level is { } level ? $"{scope} Needs the access level `{level.ToString().ToLowerInvariant()}` on the stack." : scope;
    }

    private static List<OpenApiSecurityRequirement> Security(Route route, OpenApiDocument? document) => route.IsOpen
        ? []
        : [new() { [new OpenApiSecuritySchemeReference(DocumentSetup.TokenScheme, document)] = route.Scope is { } scope ? [scope] : [] }];

    private static async Task<OpenApiParameter> ParameterAsync(
        TakenValue value, OpenApiOperationTransformerContext context, CancellationToken cancellationToken) => new()
    {
        Name = value.Name,
        In = ParameterLocation.Query,
        Description = value.Description,
        Required = value.IsRequired,
        Schema = await context.GetOrCreateSchemaAsync(value.Type, cancellationToken: cancellationToken),
    };

    private static async Task<OpenApiRequestBody> BodyAsync(
        TakenRecord record, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var schema = await ReferAsync(record.Type, context, cancellationToken);
        return new()
        {
            Description = "As JSON, as a form, or in the query string.",
            Content = new Dictionary<string, OpenApiMediaType>
            {
                [Json] = new() { Schema = schema },
                ["application/x-www-form-urlencoded"] = new() { Schema = schema },
            },
        };
    }

    private static async Task<OpenApiSchemaReference> ReferAsync(
        Type type, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var document = context.Document ?? throw new InvalidOperationException("An operation is part of a document.");
        document.AddComponent(type.Name, await context.GetOrCreateSchemaAsync(type, cancellationToken: cancellationToken));
        return new(type.Name, document);
    }

    private static async Task AddErrorsAsync(
        OpenApiOperation operation, Route route, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var schema = await ReferAsync(typeof(ApiError), context, cancellationToken);
        operation.Responses ??= [];
        operation.Responses.Remove("default");
        foreach (var status in route.Errors())
        {
            var (error, description) = ApiProblem.Describe(status);
            var kind = status == StatusCodes.Status503ServiceUnavailable ? $"`{error}` or `{ApiErrors.Throttled}`" : $"`{error}`";
            operation.Responses[$"{status}"] = new OpenApiResponse
            {
                Description = $"{kind}: {description}",
                Content = new Dictionary<string, OpenApiMediaType> { [Json] = new() { Schema = schema } },
            };
        }
    }

    /// <summary>What the metadata of a route tells.</summary>
    private sealed record Route(IList<object> Metadata, string Method)
    {
        public bool IsOpen => Metadata.OfType<IAllowAnonymous>().Any();

        public string? Scope => Metadata.OfType<IAuthorizeData>().Select(data => data.Policy).LastOrDefault(policy => policy is not (null or Scopes.Public));

        public Users.AccessLevel? Level => Metadata.OfType<RequiredLevel>().LastOrDefault()?.Level;

        public TakenRecord? Record => Metadata.OfType<TakenRecord>().LastOrDefault();

        public IEnumerable<TakenValue> Values => IsList ? [.. Metadata.OfType<TakenValue>(), .. RouteValues.Paging] : Metadata.OfType<TakenValue>();

        private bool IsList => Metadata.OfType<IProducesResponseTypeMetadata>()
            .Any(reply => reply.Type is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(ApiList<>));

        private bool ReadsParameters => Record is not null || Values.Any();

        private bool IsBelowSomething => Metadata.OfType<IRouteDiagnosticsMetadata>().Any(route => route.Route.Contains('{', StringComparison.Ordinal));

        public IEnumerable<int> Errors()
        {
            if (ReadsParameters)
                yield return StatusCodes.Status400BadRequest;
            if (!IsOpen)
                yield return StatusCodes.Status401Unauthorized;
            if (!IsOpen)
                yield return StatusCodes.Status402PaymentRequired;
            if (Scope is not null || Level is not null || Method != HttpMethods.Get)
                yield return StatusCodes.Status403Forbidden;
            if (IsBelowSomething)
                yield return StatusCodes.Status404NotFound;
            yield return StatusCodes.Status408RequestTimeout;
            if (Method != HttpMethods.Get)
                yield return StatusCodes.Status409Conflict;
            if (ReadsParameters)
                yield return StatusCodes.Status413PayloadTooLarge;
            yield return StatusCodes.Status500InternalServerError;
            yield return StatusCodes.Status503ServiceUnavailable;
        }
    }
}
