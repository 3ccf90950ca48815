using System.Linq.Expressions;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Applications;
using Slipway.Contracts.Http;
using Slipway.Server.Accounts;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Documents;
using Slipway.Server.Platform.Http;
using Slipway.Server.Users;
using static OpenIddict.Abstractions.OpenIddictConstants;
using Record = Slipway.Contracts.Applications.Application;
using Scopes = Slipway.Server.Platform.Auth.Scopes;

namespace Slipway.Server.Applications;

/// <summary>Applications that an account registers, for its administrators.</summary>
internal static partial class ApplicationEndpoints
{
    private const int MaxName = 60;

    public static void MapApplications(this IEndpointRouteBuilder api)
    {
        var applications = api.MapGroup("/applications").WithTags("applications").RequireAuthorization(Scopes.Admin)
            .ForPeopleOnly()
            .AddEndpointFilter(async (context, next) => await IsAdministratorAsync(context.HttpContext)
                ? await next(context)
                : ApiProblem.Forbidden("Only the account's owner and its administrators look after applications."));
        applications.MapGet("/", List).WithSummary("Lists the applications that the account has registered");
        applications.MapPost("/", Register).WithSummary("Registers an application, and shows its secret once").Takes<RegisterApplication>();
        applications.MapGet("/{id:int}", Get).WithSummary("Shows a registered application");
        applications.MapPut("/{id:int}", Change).WithSummary("Changes an application's name or redirect addresses").Takes<ChangeApplication>();
        applications.MapDelete("/{id:int}", Delete).WithSummary("Deletes an application and revokes its tokens");
        applications.MapPost("/{id:int}/secret", RenewSecret).WithSummary("Makes a new secret for an application, and shows it once");
    }

    private static Task<Ok<ApiList<Record>>> List(
        ApiParameters parameters, Caller caller, AppDb db, CancellationToken cancellationToken) => ListAsync(
        db.Applications.Where(Of(caller)).OrderBy(application => application.DisplayName).ThenBy(application => application.Id),
        parameters.Page(),
        cancellationToken);

    private static async Task<Results<Ok<ApiResponse<Record>>, ApiProblem>> Get(
        int id, Caller caller, AppDb db, CancellationToken cancellationToken) =>
        await FindAsync(id, caller, db, cancellationToken) is { } application ? Api.Ok(ToRecord(application)) : ApiProblem.NotFound();

    private static async Task<Results<Ok<ApiResponse<ApplicationSecret>>, ApiProblem>> Register(
        ApiParameters parameters, Caller caller, AppDb db, TimeProvider time, CancellationToken cancellationToken)
    {
        var request = parameters.Read<RegisterApplication>();
        if (Fault(request.Name, request.RedirectUris) is { } fault)
            return ApiProblem.BadRequest(fault);
        if (await ChosenFaultAsync(request, caller, db, cancellationToken) is { } problem)
            return problem;
        var secret = request.ClientSecret ?? OpaqueToken.New();
        var application = new Application
        {
            AccountId = caller.AccountId,
            ApplicationType = ApplicationTypes.Web,
            ClientId = request.ClientId ?? OpaqueToken.New(),
            ClientSecret = OpaqueToken.Hash(secret),
            ClientType = ClientTypes.Confidential,
            ConsentType = ConsentTypes.Explicit,
            CreatedAt = time.GetUtcNow(),
            DisplayName = request.Name,
            RedirectUris = JsonSerializer.Serialize(request.RedirectUris),
        };
        db.Applications.Add(application);
        await db.SaveChangesAsync(cancellationToken);
        return Api.Ok(new ApplicationSecret(application.Id, request.Name, application.ClientId, secret));
    }

    private static async Task<Results<Ok<ApiResponse<Record>>, ApiProblem>> Change(
        int id, ApiParameters parameters, Caller caller, AppDb db, CancellationToken cancellationToken)
    {
        var request = parameters.Read<ChangeApplication>();
        if (await FindAsync(id, caller, db, cancellationToken) is not { } application)
            return ApiProblem.NotFound();
        var record = ToRecord(application);
        var (name, addresses) = (request.Name ?? record.Name, request.RedirectUris ?? record.RedirectUris);
        if (Fault(name, addresses) is { } fault)
            return ApiProblem.BadRequest(fault);
        application.DisplayName = name;
        application.RedirectUris = JsonSerializer.Serialize(addresses);
        application.ConcurrencyToken = $"{Guid.NewGuid()}";
        await db.SaveChangesAsync(cancellationToken);
        return Api.Ok(ToRecord(application));
    }

    private static async Task<Results<Ok<ApiResponse<ApplicationSecret>>, ApiProblem>> RenewSecret(
        int id, Caller caller, AppDb db, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, caller, db, cancellationToken) is not { } application)
            return ApiProblem.NotFound();
        var secret = OpaqueToken.New();
        application.ClientSecret = OpaqueToken.Hash(secret);
        application.ConcurrencyToken = $"{Guid.NewGuid()}";
        await db.SaveChangesAsync(cancellationToken);
        return Api.Ok(new ApplicationSecret(application.Id, application.DisplayName!, application.ClientId!, secret));
    }

    private static async Task<Results<Ok<ApiResponse<OkReply>>, ApiProblem>> Delete(
        int id, Caller caller, AppDb db, Identities identities, CancellationToken cancellationToken)
    {
        var hashes = await db.WriteAsync(
            async cancel =>
            {
                if (await FindAsync(id, caller, db, cancel) is not { } application)
                    return null;
                var tokens = await db.AccessTokens.Where(token => token.ApplicationId == id).ToListAsync(cancel);
                db.AccessTokens.RemoveRange(tokens);
                db.Applications.Remove(application);
                return tokens.ConvertAll(token => token.Hash);
            },
            cancellationToken);
        if (hashes is null)
            return ApiProblem.NotFound();
        hashes.ForEach(identities.ForgetToken);
        return Api.Ok(new OkReply(true, "The application is deleted and its tokens are revoked."));
    }

    private static async Task<Ok<ApiList<Record>>> ListAsync(IQueryable<Application> query, ApiPage page, CancellationToken cancellationToken)
    {
        var applications = await page.Of(query).AsNoTracking().ToListAsync(cancellationToken);
        return Api.List([.. applications.Select(ToRecord)], page, await query.CountAsync(cancellationToken));
    }

    private static Task<Application?> FindAsync(int id, Caller caller, AppDb db, CancellationToken cancellationToken) =>
        db.Applications.Where(Of(caller)).FirstOrDefaultAsync(application => application.Id == id, cancellationToken);

    private static Expression<Func<Application, bool>> Of(Caller caller)
    {
        var accountId = caller.AccountId;
        return application => application.AccountId == accountId;
    }

    private static Record ToRecord(Application application) => new(
        application.Id,
        application.DisplayName!,
        application.ClientId!,
        JsonSerializer.Deserialize<string[]>(application.RedirectUris ?? "[]")!,
        application.CreatedAt);

    private static string? Fault(string name, IReadOnlyList<string> redirectUris) =>
        PlainText.IsLine(name, MaxName) ? RedirectAddress.Fault(redirectUris) : $"name must have 1 to {MaxName} printable characters.";

    /// <summary>
    /// An id that is known from elsewhere is worth something to a fraud, so only those who run the installation may hand it out.
    /// </summary>
    private static async Task<ApiProblem?> ChosenFaultAsync(
        RegisterApplication request, Caller caller, AppDb db, CancellationToken cancellationToken)
    {
        if (request is { ClientId: null, ClientSecret: null })
            return null;
        if (await db.Accounts.MinAsync(account => account.Id, cancellationToken) != caller.AccountId)
            return ApiProblem.Forbidden("Only administrators of the installation's first account may choose client_id and client_secret.");
        if (request.ClientId is { } id && !Chosen.IsMatch(id))
            return ApiProblem.BadRequest("client_id must have 64 lower-case hex characters. Leave it out to have one made.");
        if (request.ClientSecret is { } secret && !Chosen.IsMatch(secret))
            return ApiProblem.BadRequest("client_secret must have 64 lower-case hex characters. Leave it out to have one made.");
        return await db.Applications.AnyAsync(application => application.ClientId == request.ClientId, cancellationToken)
            ? ApiProblem.Conflict("Another application has this client_id.")
            : null;
    }

    private static Task<bool> IsAdministratorAsync(HttpContext http)
    {
        var (userId, accountId) = http.RequestServices.GetRequiredService<Caller>() is var caller ? (caller.UserId, caller.AccountId) : default;
        return http.RequestServices.GetRequiredService<AppDb>().AdministersAsync(accountId, userId, http.RequestAborted);
    }

    [GeneratedRegex(@"\A[0-9a-f]{64}\z")]
    private static partial Regex Chosen { get; }
}
