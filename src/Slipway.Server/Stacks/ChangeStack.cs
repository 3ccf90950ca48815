using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Slipway.Contracts.Http;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.Work;
using Slipway.Server.Settings;
using Slipway.Server.Users;
using Record = Slipway.Contracts.Stacks.Stack;
using Request = Slipway.Contracts.Stacks.ChangeStack;

namespace Slipway.Server.Stacks;

/// <summary>Renames a stack: its name and its host names. What it has on its servers keeps the slug.</summary>
internal static class ChangeStack
{
    public static async Task<Results<Ok<ApiResponse<Record>>, ApiProblem>> Handle(
        string stackUid, ApiParameters parameters, Caller caller, AppDb db, ActionQueue queue, IOptions<PublicOptions> options, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var name = parameters.Read<Request>().Name;
        if (CreateStack.RefuseName(name) is { } problem)
            return ApiProblem.BadRequest(problem);
        var found = await db.WriteAsync(StoreAsync, cancellationToken);
        if (found is null)
            return ApiProblem.NotFound();
        queue.Wake(found.Id);
        return Api.Ok(await db.Stacks.Where(row => row.Id == found.Id).Select(StackRecords.From(options.Value, caller)).FirstAsync(cancellationToken));

        async Task<Stack?> StoreAsync(CancellationToken cancel)
        {
            var stack = await db.Stacks.VisibleTo(caller, AccessLevel.Admin).FirstOrDefaultAsync(row => row.Uid == stackUid, cancel);
            if (stack is null || stack.Name == name)
                return stack;
            if (await db.Stacks.AnyAsync(row => row.AccountId == stack.AccountId && row.Name == name, cancel))
                throw new ConflictException($"The account has a stack named '{name}' already. Choose another name.");
            stack.Name = name;
            stack.HostLabel = await StackNames.FreeAsync(
                StackNames.Slug(name), db.Stacks.Where(row => row.Id != stack.Id).Select(row => row.HostLabel), cancel);
            stack.UpdatedAt = time.GetUtcNow();
            var payload = JsonSerializer.Serialize(new SettingEndpoints.Payload(StackSettings.StackName));
            queue.Add(stack, SettingEndpoints.Kind, $"{SettingEndpoints.Kind}: {StackSettings.StackName}", payload, caller.Requester);
            return stack;
        }
    }
}
