using Microsoft.Playwright;
using Slipway.Contracts;
using Slipway.Contracts.Accounts;
using Slipway.Contracts.Applications;
using Slipway.Contracts.Stacks;
using Slipway.Contracts.Users;
using Slipway.Rig;

namespace Slipway.SystemTests.Dashboard;

/// <summary>A Slipway with an owner, a repository of the sample application, and a browser to look at it.</summary>
public sealed class DashboardRig(Testbed testbed) : IAsyncLifetime
{
    public const string Email = "owner@example.com";
    public const string Password = "correct horse battery";

    internal static readonly string[] BrowserArguments =
        ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run", "--disable-sync"];

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("slipway-dashboard-");
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private SlipwayServer? _server;
    private GitServer? _git;
    private GitRepository? _repository;
    private SlipwayClient? _api;
    private string? _session;

    public SlipwayServer Server => _server ?? throw new InvalidOperationException("The rig is not up.");

    public GitRepository Repository => _repository ?? throw new InvalidOperationException("The rig is not up.");

    /// <summary>The owner's programs.</summary>
    public SlipwayClient Api => _api ?? throw new InvalidOperationException("The rig is not up.");

    /// <summary>An analysed stack that no test changes.</summary>
    public Stack Stack { get; private set; } = null!;

    /// <summary>An analysed Docker stack that no test changes.</summary>
    public Stack DockerStack { get; private set; } = null!;

    /// <summary>The action that analysed it.</summary>
    public int ActionId { get; private set; }

    /// <summary>A registered application that no test changes, without a redirect address.</summary>
    public ApplicationSecret Application { get; private set; } = null!;

    /// <summary>A member of the owner's account whom no test changes.</summary>
    public User Member { get; private set; } = null!;

    /// <summary>The token of an invitation that nobody accepts.</summary>
    public string InvitationToken { get; private set; } = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _git = await GitServer.StartAsync(testbed, Token);
        _repository = await _git.CreateRepositoryAsync("samples/rack-app", Token);
        _server = await SlipwayServer.StartAsync(_data, 0, new Dictionary<string, string>(), Token);
        var owner = await _server.SetUpAsync(Email, Password, Token);
        _api = _server.ClientFor(owner.Token);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = BrowserArguments, Timeout = BrowserWindow.Patience });

        Application = await _api.Applications.RegisterAsync(new("Harbour bot", [Contracts.Applications.Application.OutOfBand]), Token);
        Stack = await AnalyseAsync("Lighthouse", _repository, "staging");
        ActionId = (await _api.Actions.ListAsync(Stack.Uid, cancellationToken: Token)).Response[^1].Id;
        await FinishAsync(Stack.Uid, (await _api.Environments.AddAsync(Stack.Uid, "GREETING", "line one\nline \"two\" $(three)", Token)).Id);
        DockerStack = await AnalyseAsync("Container harbour", await _git.CreateRepositoryAsync("tests/testbed/apps/container-app", Token));
        await GatherPeopleAsync(_api);
        _session = await SignInAsync();
    }

    /// <summary>A browser window of its own, signed in unless told otherwise. It shows nothing yet.</summary>
    public async Task<BrowserWindow> OpenAsync(int width = 1280, bool signIn = true, bool runsScripts = true)
    {
        var context = await _browser!.NewContextAsync(new()
        {
            BaseURL = Server.BaseUrl.AbsoluteUri,
            JavaScriptEnabled = runsScripts,
            StorageState = signIn ? _session : null,
            ViewportSize = new() { Width = width, Height = 800 },
        });
        return new(context, await context.NewPageAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
        if (_git is not null)
            await _git.DisposeAsync();
        _data.Delete(recursive: true);
    }

    private async Task GatherPeopleAsync(SlipwayClient api)
    {
        var owner = await api.Users.GetMeAsync(Token);
        var account = owner.Accounts[0].Account;
        var invited = await api.Members.InviteAsync(account, new() { Email = "a.member.with.a.long.name@lighthouse.example.com" }, Token);
        await Server.Visitor.Members.AcceptAsync(new(TokenOf(invited), Password), Token);
        Member = (await api.Users.ListOfAccountAsync(account, cancellationToken: Token)).Response.Single(user => user.Id != owner.Id);
        await api.Members.SetRightAsync(account, Member.Id, Stack.Uid, 30, Token);
        InvitationToken = TokenOf(await api.Members.InviteAsync(account, new() { Email = "invited@example.com" }, Token));
        await api.Users.AddDeviceAsync(owner.Id, new(new string('d', 64), 1, 1), Token);
    }

    private static string TokenOf(CreatedInvitation invitation) => invitation.Url.Split("token=")[1];

    // Once for all windows: checking a password takes its time.
    private async Task<string> SignInAsync()
    {
        await using var window = await OpenAsync(signIn: false);
        await SignInAsync(window, Email, Password);
        return await window.Page.Context.StorageStateAsync();
    }

    internal static async Task SignInAsync(BrowserWindow window, string email, string password)
    {
        var page = window.Page;
        await window.GoAsync("/sign-in");
        await page.GetByLabel("E-mail address").FillAsync(email);
        await page.GetByLabel("Password").FillAsync(password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.WaitForURLAsync("**/stacks");
    }

    private async Task<Stack> AnalyseAsync(string name, GitRepository code, string environment = "production")
    {
        var created = await Api.Stacks.CreateAsync(new() { Name = name, Git = code.Url, Environment = environment }, Token);
        await FinishAsync(created.Stack.Uid, created.Action.Id);
        return await Api.Stacks.GetAsync(created.Stack.Uid, Token);
    }

    private async Task FinishAsync(string stackUid, int actionId)
    {
        await foreach (var _ in Api.Actions.FollowAsync(stackUid, actionId, 0, Token))
        {
        }
        var action = await Api.Actions.GetAsync(stackUid, actionId, Token);
        Assert.True(action.FinishedSuccess, $"{action.Action}: {action.FinishedMessage}");
    }
}

/// <summary>Tests of the dashboard share one rig; what one changes is its own stack.</summary>
[CollectionDefinition(nameof(DashboardRig))]
public sealed class DashboardCollection : ICollectionFixture<DashboardRig>;
