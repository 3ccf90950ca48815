using System.Text.Json.Nodes;
using Slipway.Server.Platform.Auth;

namespace Slipway.Tests.Contract;

/// <summary>The 49 operations of the v3 API as its documentation of 2014 has them.</summary>
internal static class Blueprint
{
    private const string Firewall = "the firewall";
    private const string Notify = "notifications";
    private const string Backup = "backups";

    private const string Coded = """{"code":"int","meaning":"string"}""";
    private const string Ok = """{"ok":"bool","message":"string"}""";
    private const string Setting = """{"id":"string","key":"string","value":"any","readonly":"bool","warning_text":"string"}""";
    private const string Group = """{"id":"int","name":"string","type":"string","created_at":"time","updated_at":"time"}""";

    private const string Stack = """
        {"uid":"string","name":"string","git":"string","git_branch":"string","environment":"string","cloud":"string","fqdn":"string",
         "language":"string?","framework":"string?","status":"int","health":"int","last_activity":"offset?","last_activity_iso":"offset?",
         "maintenance_mode":"bool","has_loadbalancer":"bool","created_at":"ruby","updated_at":"ruby","deploy_directory":"string",
         "cloud_status":"string","created_at_iso":"time","updated_at_iso":"time","redeploy_hook":"string?"}
        """;

    private const string Action = """
        {"id":"int","user":"string","resource_type":"string","action":"string","resource_id":"string","started_via":"string","started_at":"time",
         "finished_at":"time?","finished_success":"bool?","finished_message":"string?"}
        """;

    private const string Deployment = $$"""
        {"id":"int","triggered_by":"string","triggered_via":{{Coded}},"started_at":"time","finished_at":"time?","outcome":{{Coded}},
         "git_hash":"string?","deploy_session":"string","deploy_type":{{Coded}},"is_head":"bool","is_live":"bool","reverted":"bool?",
         "reverted_by":"string?","reverted_at":"time?","is_deploying":"bool","commit_url":"string?"}
        """;

    private const string ContainerFields = """
        "uid":"string","server_uid":"string","server_name":"string","service_name":"string","image":"string","port_list":"string","command":"string",
        "started_at":"time","web_ports":"string","capture_output":"bool","capture_stdout_stderr":"bool","created_at":"time","updated_at":"time"
        """;

    private const string Container = "{" + ContainerFields + "}";

    private const string ContainerWithRuntime = "{" + ContainerFields + """
        ,"runtime":{
         "Args":"any","Created":"any","Driver":"any","ExecDriver":"any","HostnamePath":"any","HostsPath":"any","Id":"any","Image":"any",
         "MountLabel":"any","Name":"any","Path":"any","ProcessLabel":"any","ResolvConfPath":"any","Volumes":"any","VolumesRW":"any",
         "Config":{
          "AttachStderr":"any","AttachStdin":"any","AttachStdout":"any","Cmd":"any","CpuShares":"any","Cpuset":"any","Domainname":"any",
          "Entrypoint":"any","Env":"any","ExposedPorts":"any","Hostname":"any","Image":"any","Memory":"any","MemorySwap":"any",
          "NetworkDisabled":"any","OnBuild":"any","OpenStdin":"any","PortSpecs":"any","StdinOnce":"any","Tty":"any","User":"any","Volumes":"any",
          "WorkingDir":"any"},
         "HostConfig":{
          "Binds":"any","CapAdd":"any","CapDrop":"any","ContainerIDFile":"any","Devices":"any","Dns":"any","DnsSearch":"any","Links":"any",
          "LxcConf":"any","NetworkMode":"any","PortBindings":"any","Privileged":"any","PublishAllPorts":"any","RestartPolicy":"any",
          "VolumesFrom":"any"},
         "NetworkSettings":{
          "Bridge":"any","Gateway":"any","IPAddress":"any","IPPrefixLen":"any","PortMapping":"any","Ports":"any"},
         "State":{
          "ExitCode":"any","FinishedAt":"any","Paused":"any","Pid":"any","Restarting":"any","Running":"any","StartedAt":"any"}
        }}
        """;

    private const string Service = $$"""{"name":"string","containers":[{{Container}}],"server_count":"any"}""";

    private const string Variable = """
        {"id":"int","key":"string","value":"string","readonly":"bool","created_at":"time","updated_at":"time","is_password":"bool","is_generated":"bool"}
        """;

    private const string Server = """
        {"id":"int","uid":"string","vendor_uid":"string?","name":"string","address":"string","distro":"string","distro_version":"string",
         "dns_record":"string","user_name":"string","server_type":"string","server_roles":["string"],"server_group_id":"int","stack_uid":"string",
         "has_agent":"bool","params":{"availability_zone":"string?","size":"string?","region":"string?","ips":["string"],"was_baselined":"bool",
         "cached_cores":"int","cached_memory":"int"},"created_at":"time","updated_at":"time","region":"string?","availability_zone":"string?",
         "ext_ipv4":"string?","health_state":"int","int_ipv4":"string?","int_ipv6":"string?","ext_ipv6":"string?","personal_key":"bool"}
        """;

    private const string Account = """
        {"id":"int","owner":"string","created_at":"time","updated_at":"time","created_at_iso":"time","updated_at_iso":"time","stack_count":"int",
         "used_clouds":["string"],"current_account":"bool"}
        """;

    private const string Device = """
        {"device_type":"int","sub_type":"int?","token":"string","enabled":"bool","created_at":"ruby","updated_at":"ruby","created_at_iso":"time",
         "updated_at_iso":"time"}
        """;

    private const string User = $$"""
        {"id":"int","email":"string","primary_account_id":"int","accounts":[{"account":"int","user":"int","role":"string","can_create_stack":"bool",
         "can_admin_users":"bool","default_permission_level":"int"}],"access_rights":[{"user":"int","stack":"string","access_level":{{Coded}}}],
         "locked":"bool","uses_tfa":"bool","timezone":"string","has_valid_phone":"bool","developer_program":"bool","github_login":"bool",
         "last_login":"time?","devices":[{{Device}}],"created_at":"time","updated_at":"time","cloud_status":"string"}
        """;

    public static readonly IReadOnlyList<Operation> Operations =
    [
        List(1, "/stacks", Scopes.Public, Stack),
        Get(2, "/stacks/{}", Scopes.Public, Stack),
        List(3, "/stacks/{}/actions", Scopes.Public, Action),
        Get(4, "/stacks/{}/actions/{}", Scopes.Public, Action),
        Change(5, "POST", "/stacks/{}/actions", Scopes.Redeploy, Action, """{"command":"restart"}"""),
        List(6, "/stacks/{}/deployments", Scopes.Public, Deployment),
        Get(7, "/stacks/{}/deployments/{}", Scopes.Public, Deployment),
        Change(8, "POST", "/stacks/{}/deployments", Scopes.Redeploy, Ok, """{"git_ref":""}"""),
        Change(9, "DELETE", "/stacks/{}/deployments/{}", Scopes.Redeploy, Ok, "{}"),
        List(10, "/stacks/{}/services", Scopes.Public, Service),
        Get(11, "/stacks/{}/services/{}", Scopes.Public, Service),
        Change(12, "POST", "/stacks/{}/services", Scopes.Admin, Action, """{"service_name":"web","server_count":"{\"123123cfcb7d3d2b54614b19e2a6c673\":2}"}"""),
        Change(13, "DELETE", "/stacks/{}/services/{}", Scopes.Admin, Action, """{"server_uid":""}"""),
        List(14, "/stacks/{}/containers", Scopes.Public, Container),
        Get(15, "/stacks/{}/containers/{}", Scopes.Admin, ContainerWithRuntime),
        Change(16, "DELETE", "/stacks/{}/containers/{}", Scopes.Admin, Action, "{}"),
        List(17, "/stacks/{}/environments", Scopes.Admin, Variable),
        Get(18, "/stacks/{}/environments/{}", Scopes.Admin, Variable),
        Change(19, "POST", "/stacks/{}/environments", Scopes.Admin, Action, """{"key":"ADDED","value":"1"}"""),
        Change(20, "PUT", "/stacks/{}/environments/{}", Scopes.Admin, Action, """{"value":"2"}"""),
        Change(21, "DELETE", "/stacks/{}/environments/{}", Scopes.Admin, Action, "{}"),
        Waits(22, "GET", "/stacks/{}/firewalls", Firewall),
        Waits(23, "GET", "/stacks/{}/firewalls/{}", Firewall),
        Waits(24, "POST", "/stacks/{}/firewalls", Firewall),
        Waits(25, "GET", "/stacks/{}/notifications", Notify),
        Waits(26, "GET", "/stacks/{}/notifications/{}", Notify),
        Waits(27, "PUT", "/stacks/{}/notifications/{}", Notify),
        List(28, "/stacks/{}/settings", Scopes.Public, Setting),
        Get(29, "/stacks/{}/settings/{}", Scopes.Public, Setting),
        Change(30, "PUT", "/stacks/{}/settings/{}", Scopes.Admin, Action, """{"value":"staging"}"""),
        List(31, "/stacks/{}/server_groups", Scopes.Public, Group),
        Get(32, "/stacks/{}/server_groups/{}", Scopes.Public, Group),
        List(33, "/stacks/{}/servers", Scopes.Public, Server),
        Get(34, "/stacks/{}/servers/{}", Scopes.Public, Server),
        List(35, "/stacks/{}/servers/{}/settings", Scopes.Public, Setting),
        Get(36, "/stacks/{}/servers/{}/settings/{}", Scopes.Public, Setting),
        Change(37, "PUT", "/stacks/{}/servers/{}/settings/{}", Scopes.Admin, Action, """{"value":"Renamed"}"""),
        Waits(38, "GET", "/stacks/{}/backups", Backup),
        Waits(39, "GET", "/stacks/{}/backups/{}", Backup),
        Waits(40, "POST", "/stacks/{}/backups", Backup),
        Waits(41, "GET", "/stacks/{}/backups/{}/files", Backup),
        Waits(42, "GET", "/stacks/{}/backups/{}/files/{}", Backup),
        List(43, "/accounts", Scopes.Users, Account),
        Get(44, "/accounts/{}", Scopes.Users, Account),
        List(45, "/users", Scopes.Users, User),
        Get(46, "/users/{}", Scopes.Users, User),
        Change(47, "POST", "/users/{}/devices", Scopes.Users, Device, """{"device_type":1,"sub_type":1,"token":"fresh"}"""),
        Change(48, "PUT", "/users/{}/devices", Scopes.Users, Device, """{"device_type":1,"sub_type":2,"token":"fresh"}"""),
        Change(49, "DELETE", "/users/{}/devices/{}", Scopes.Users, Ok, "{}"),
    ];

    private static Operation List(int number, string path, string scope, string item) => new(number, "GET", path, scope, new JsonObject
    {
        ["response"] = new JsonArray(Parse(item)),
        ["count"] = "int",
        ["pagination"] = Parse("""{"previous":"int?","next":"int?","current":"int","per_page":"int","count":"int","pages":"int"}"""),
    });

    private static Operation Get(int number, string path, string scope, string item) =>
        Change(number, "GET", path, scope, item, body: null);

    private static Operation Change(int number, string method, string path, string scope, string reply, string? body) =>
        new(number, method, path, scope, new JsonObject { ["response"] = Parse(reply) }, body);

    private static Operation Waits(int number, string method, string path, string engine) => new(number, method, path, "", null, WaitsFor: engine);

    private static JsonNode Parse(string text) => JsonNode.Parse(text)!;
}

/// <summary>One operation: what it needs and what it answers, or what it waits for.</summary>
internal sealed record Operation(int Number, string Method, string Path, string Scope, JsonNode? Reply, string? Body = null, string? WaitsFor = null)
{
    public override string ToString() => $"operation {Number}, {Method} {Path}";
}
