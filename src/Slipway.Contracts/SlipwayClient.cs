using Slipway.Contracts.Accounts;
using Slipway.Contracts.Actions;
using Slipway.Contracts.Applications;
using Slipway.Contracts.Audit;
using Slipway.Contracts.Containers;
using Slipway.Contracts.Databases;
using Slipway.Contracts.Deployments;
using Slipway.Contracts.Environments;
using Slipway.Contracts.Hooks;
using Slipway.Contracts.Ping;
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

/// <summary>
/// Everything that Slipway does, for programs. Give it an <see cref="HttpClient"/> whose base address is the server's (with a
/// slash at its end) and whose default headers carry the token.
/// </summary>
public sealed class SlipwayClient(HttpClient http)
{
    private readonly ApiConnection _connection = new(http);

    public AccountsClient Accounts => new(_connection);

    public ActionsClient Actions => new(_connection);

    public ApplicationsClient Applications => new(_connection);

    public AuthorizedApplicationsClient AuthorizedApplications => new(_connection);
    public DatabasesClient Databases => new(_connection);

    public ContainersClient Containers => new(_connection);

    public AuditClient Audit => new(_connection);

    public DeploymentsClient Deployments => new(_connection);

    public EnvironmentsClient Environments => new(_connection);

    public MembersClient Members => new(_connection);

    public HooksClient Hooks => new(_connection);

    public PingClient Ping => new(_connection);

    public ProcessesClient Processes => new(_connection);

    public ServerGroupsClient ServerGroups => new(_connection);

    public ServicesClient Services => new(_connection);

    public ServersClient Servers => new(_connection);

    public SettingsClient Settings => new(_connection);

    public SetupClient Setup => new(_connection);

    public StacksClient Stacks => new(_connection);

    public TokensClient Tokens => new(_connection);

    public UsersClient Users => new(_connection);
}
