using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Http;
using Slipway.Contracts.Users;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Documents;
using Slipway.Server.Platform.Http;
using Record = Slipway.Contracts.Users.Device;

namespace Slipway.Server.Users;

/// <summary>Devices of people that the caller sees. A device is named by its token, in the path or among the parameters.</summary>
internal static class DeviceEndpoints
{
    /// <summary>The contract writes the path as /devices/token, and means the parameter of that name.</summary>
    private const string Literal = "token";

    public static void MapDevices(this IEndpointRouteBuilder users)
    {
        var devices = users.MapGroup("/{id:int}/devices");
        devices.MapPost("/", Add).WithSummary("Adds a device").Takes<SaveDevice>();
        devices.MapPut("/", Change).WithSummary("Changes the device that the parameter token names").Takes<SaveDevice>();
        devices.MapPut("/{device}", ChangeNamed).WithSummary("Changes the device that the path names").Takes<SaveDevice>();
        devices.MapDelete("/{device}", Remove).WithSummary("Removes a device");
    }

    private static async Task<Results<Ok<ApiResponse<Record>>, ApiProblem>> Add(
        int id, ApiParameters parameters, Caller caller, AppDb db, TimeProvider time, CancellationToken cancellationToken)
    {
        var request = parameters.Read<SaveDevice>();
        if (Refuse(request) is { } problem)
            return problem;
        return await db.WriteAsync(AddAsync, cancellationToken);

        async Task<Results<Ok<ApiResponse<Record>>, ApiProblem>> AddAsync(CancellationToken cancel)
        {
            var user = await db.Users.VisibleTo(caller).Include(user => user.Devices).FirstOrDefaultAsync(user => user.Id == id, cancel);
            if (user is null)
                return ApiProblem.NotFound();
            if (user.Devices.Any(device => device.Token == request.Token))
                return ApiProblem.Conflict("The person has a device with this token already. Use PUT to change it.");
            var now = time.GetUtcNow();
            var device = new Device { Token = request.Token, CreatedAt = now, UpdatedAt = now };
            Fill(device, request);
            user.Devices.Add(device);
            return Api.Ok(UserRecords.Device(device));
        }
    }

    private static async Task<Results<Ok<ApiResponse<Record>>, ApiProblem>> Change(
        int id, ApiParameters parameters, Caller caller, AppDb db, TimeProvider time, CancellationToken cancellationToken)
    {
        var request = parameters.Read<SaveDevice>(("token", TokenOf(parameters)));
        if (Refuse(request) is { } problem)
            return problem;
        var device = await FindAsync(db, caller, id, request.Token, cancellationToken);
        if (device is null)
            return ApiProblem.NotFound();
        Fill(device, request);
        device.UpdatedAt = time.GetUtcNow();
        await db.SaveChangesAsync(cancellationToken);
        return Api.Ok(UserRecords.Device(device));
    }

    private static Task<Results<Ok<ApiResponse<Record>>, ApiProblem>> ChangeNamed(
        int id, ApiParameters parameters, Caller caller, AppDb db, TimeProvider time, CancellationToken cancellationToken) =>
        Change(id, parameters, caller, db, time, cancellationToken);

    private static async Task<Results<Ok<ApiResponse<OkReply>>, ApiProblem>> Remove(
        int id, ApiParameters parameters, Caller caller, AppDb db, CancellationToken cancellationToken)
    {
        var device = await FindAsync(db, caller, id, TokenOf(parameters) ?? "", cancellationToken);
        if (device is null)
            return ApiProblem.NotFound();
        db.Devices.Remove(device);
        await db.SaveChangesAsync(cancellationToken);
        return Api.Ok(new OkReply(true, "The device is removed."));
    }

    private static string? TokenOf(ApiParameters parameters) => parameters.Text("device") switch
    {
        null => parameters.Text(Literal),
        Literal => parameters.Text(Literal) ?? Literal,
        var token => token,
    };

    private static Task<Device?> FindAsync(AppDb db, Caller caller, int userId, string token, CancellationToken cancellationToken) =>
        db.Users.VisibleTo(caller).Where(user => user.Id == userId).SelectMany(user => user.Devices)
            .FirstOrDefaultAsync(device => device.Token == token, cancellationToken);

    private static ApiProblem? Refuse(SaveDevice request) => request switch
    {
        _ when !PlainText.IsLine(request.Token, Device.MaxToken) => ApiProblem.BadRequest($"token must have 1 to {Device.MaxToken} printable characters."),
        { DeviceType: not ((int)DeviceType.Ios or (int)DeviceType.Android) } => ApiProblem.BadRequest("device_type must be 1 (iOS) or 2 (Android)."),
        { SubType: not (null or (>= (int)DeviceSubType.Iphone and <= (int)DeviceSubType.Ipod)) } =>
            ApiProblem.BadRequest("sub_type must be 1 (iPhone), 2 (iPad) or 3 (iPod)."),
        { DeviceType: (int)DeviceType.Ios, SubType: null } => ApiProblem.BadRequest("sub_type is missing. An iOS device needs 1 (iPhone), 2 (iPad) or 3 (iPod)."),
        _ => null,
    };

    // Of Android devices there are no kinds.
    private static void Fill(Device device, SaveDevice request)
    {
        device.DeviceType = (DeviceType)request.DeviceType;
        device.SubType = device.DeviceType is DeviceType.Ios ? (DeviceSubType?)request.SubType : null;
    }
}
