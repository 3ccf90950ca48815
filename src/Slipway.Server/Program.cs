using Slipway.Server.Accounts;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Data;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.Telemetry;
using Slipway.Server.Platform.Work;
using Slipway.Server.Setup;
using Slipway.Server.Stacks;
using Slipway.Server.Tokens;
using Slipway.Server.Users;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSingleton(TimeProvider.System);
builder.AddQuietLogging();
builder.AddDatabase();
builder.AddSignIn();
builder.AddApi();
builder.Services.AddWork();
builder.Services.AddSingleton<SetupLink>();

var app = builder.Build();
app.UseApi();
app.MapSetup();
var api = app.MapApi();
api.MapAccounts();
api.MapStacks();
api.MapTokens();
api.MapUsers();
return await app.RunSlipwayAsync();
