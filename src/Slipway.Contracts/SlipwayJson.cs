using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Contracts.Accounts;
using Slipway.Contracts.Actions;
using Slipway.Contracts.Applications;
using Slipway.Contracts.Audit;
using Slipway.Contracts.Containers;
using Slipway.Contracts.Databases;
using Slipway.Contracts.Deployments;
using Slipway.Contracts.Environments;
using Slipway.Contracts.Http;
using Slipway.Contracts.Hooks;
using Slipway.Contracts.Processes;
using Slipway.Contracts.ServerGroups;
using Slipway.Contracts.Servers;
using Slipway.Contracts.Services;
using Slipway.Contracts.Settings;
using Slipway.Contracts.Setup;
using Slipway.Contracts.Stacks;
using Slipway.Contracts.Tokens;
using Slipway.Contracts.Users;

namespace Slipway.Contracts;

/// <summary>How everything on the wire is written: snake_case names, RFC 3339 times, nulls kept.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UseStringEnumConverter = true,
    Converters = [typeof(Rfc3339Converter)])]
[JsonSerializable(typeof(ApiError))]
[JsonSerializable(typeof(ApiList<Account>))]
[JsonSerializable(typeof(ApiList<ActionLogLine>))]
[JsonSerializable(typeof(ApiList<ActionStep>))]
[JsonSerializable(typeof(ApiList<Application>))]
[JsonSerializable(typeof(ApiList<AuditEntry>))]
[JsonSerializable(typeof(ApiList<AuthorizedApplication>))]
[JsonSerializable(typeof(ApiList<Container>))]
[JsonSerializable(typeof(ApiList<ContainerLogLine>))]
[JsonSerializable(typeof(ApiList<ContainerUsage>))]
[JsonSerializable(typeof(ApiList<Database>))]
[JsonSerializable(typeof(ApiList<Deployment>))]
[JsonSerializable(typeof(ApiList<EnvironmentVariable>))]
[JsonSerializable(typeof(ApiList<Invitation>))]
[JsonSerializable(typeof(ApiList<PersonalToken>))]
[JsonSerializable(typeof(ApiList<Process>))]
[JsonSerializable(typeof(ApiList<Server>))]
[JsonSerializable(typeof(ApiList<ServerGroup>))]
[JsonSerializable(typeof(ApiList<Service>))]
[JsonSerializable(typeof(ApiList<Setting>))]
[JsonSerializable(typeof(ApiList<Stack>))]
[JsonSerializable(typeof(ApiList<StackAction>))]
[JsonSerializable(typeof(ApiList<User>))]
[JsonSerializable(typeof(ApiResponse<Account>))]
[JsonSerializable(typeof(ApiResponse<Application>))]
[JsonSerializable(typeof(ApiResponse<ApplicationSecret>))]
[JsonSerializable(typeof(ApiResponse<Container>))]
[JsonSerializable(typeof(ApiResponse<CreatedInvitation>))]
[JsonSerializable(typeof(ApiResponse<CreatedStack>))]
[JsonSerializable(typeof(ApiResponse<CreatedToken>))]
[JsonSerializable(typeof(ApiResponse<Deployment>))]
[JsonSerializable(typeof(ApiResponse<Device>))]
[JsonSerializable(typeof(ApiResponse<EnvironmentVariable>))]
[JsonSerializable(typeof(ApiResponse<HostKey>))]
[JsonSerializable(typeof(ApiResponse<InvitationOffer>))]
[JsonSerializable(typeof(ApiResponse<OkReply>))]
[JsonSerializable(typeof(ApiResponse<Process>))]
[JsonSerializable(typeof(ApiResponse<RedeployHook>))]
[JsonSerializable(typeof(ApiResponse<RedeployReply>))]
[JsonSerializable(typeof(ApiResponse<Server>))]
[JsonSerializable(typeof(ApiResponse<ServerGroup>))]
[JsonSerializable(typeof(ApiResponse<Service>))]
[JsonSerializable(typeof(ApiResponse<ServiceYaml>))]
[JsonSerializable(typeof(ApiResponse<Setting>))]
[JsonSerializable(typeof(ApiResponse<SetupReply>))]
[JsonSerializable(typeof(ApiResponse<Stack>))]
[JsonSerializable(typeof(ApiResponse<StackAction>))]
[JsonSerializable(typeof(ApiResponse<StackAnalysis>))]
[JsonSerializable(typeof(ApiResponse<StackKeys>))]
[JsonSerializable(typeof(ApiResponse<User>))]
[JsonSerializable(typeof(AcceptInvitation))]
[JsonSerializable(typeof(AddDatabase))]
[JsonSerializable(typeof(AddEnvironmentVariable))]
[JsonSerializable(typeof(AddServer))]
[JsonSerializable(typeof(ChangeApplication))]
[JsonSerializable(typeof(ChangeDatabase))]
[JsonSerializable(typeof(ChangeEnvironmentVariable))]
[JsonSerializable(typeof(ChangeMember))]
[JsonSerializable(typeof(ChangeHook))]
[JsonSerializable(typeof(ChangeSetting))]
[JsonSerializable(typeof(ChangeStack))]
[JsonSerializable(typeof(CompleteSetup))]
[JsonSerializable(typeof(CreateStack))]
[JsonSerializable(typeof(CreateToken))]
[JsonSerializable(typeof(AuditEntry))]
[JsonSerializable(typeof(Invite))]
[JsonSerializable(typeof(IReadOnlyList<ActionStep>))]
[JsonSerializable(typeof(IReadOnlyList<AuditChange>))]
[JsonSerializable(typeof(NameAccount))]
[JsonSerializable(typeof(Redeploy))]
[JsonSerializable(typeof(RegisterApplication))]
[JsonSerializable(typeof(ServiceYaml))]
[JsonSerializable(typeof(SaveDevice))]
[JsonSerializable(typeof(SetAccessRight))]
[JsonSerializable(typeof(TransferAccount))]
[JsonSerializable(typeof(Removal))]
[JsonSerializable(typeof(RepinHostKey))]
[JsonSerializable(typeof(RunAction))]
[JsonSerializable(typeof(RunCommand))]
[JsonSerializable(typeof(ScaleProcess))]
[JsonSerializable(typeof(ScaleService))]
public sealed partial class SlipwayJson : JsonSerializerContext;
