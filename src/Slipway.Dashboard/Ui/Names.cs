namespace Slipway.Dashboard.Ui;

/// <summary>Names of things as their makers write them.</summary>
public static class Names
{
    /// <summary>A setting by its key; what is not known keeps it.</summary>
    public static string OfSetting(string key) => key switch
    {
        "allowed.web.source" => "Who may visit",
        "asset.prefix" => "Assets folder",
        "docker.host.access" => "Access of containers to the servers",
        "git.branch" => "Branch",
        "git.repository" => "Repository",
        "reconfigure.nginx" => "Configure nginx anew",
        _ => key,
    };

    public static string OfFramework(string framework) => framework switch
    {
        "rails" => "Ruby on Rails",
        "sinatra" => "Sinatra",
        "padrino" => "Padrino",
        "rack" => "Rack",
        "docker" => "Docker",
        _ => framework,
    };

    public static string OfLanguage(string language) => language switch
    {
        "ruby" => "Ruby",
        "docker" => "Docker",
        _ => language,
    };

    public static string OfComponent(string component) => component switch
    {
        "web" => "Web",
        "docker" => "Docker",
        "build" => "Builds images",
        "rails" or "app" => "Application",
        "postgresql" => "PostgreSQL",
        "mysql" => "MySQL / MariaDB",
        "redis" => "Redis",
        "memcached" => "Memcached",
        "mongodb" => "MongoDB",
        "elasticsearch" => "Elasticsearch",
        "rabbitmq" => "RabbitMQ",
        "db" => "Database",
        "puma" => "Puma",
        "unicorn" => "Unicorn",
        "thin" => "Thin",
        "passenger" => "Passenger",
        _ => component,
    };

    public static string OfDeployType(int code) => code switch
    {
        0 => "Build",
        2 => "Rollback",
        _ => "Deployment",
    };

    public static string OfAction(string action) => action switch
    {
        "deploy" or "redeploy" or "stack_deploy" or "stack-deploy" => "Deployment",
        "analyse" or "stack_analyse" or "stack-analyse" or "stack_create" => "Analysis",
        "rollback" => "Rollback",
        "env-var-new" => "Environment variable added",
        "env-var-update" => "Environment variable changed",
        "env-var-delete" => "Environment variable deleted",
        "maintenance_mode" => "Maintenance switched",
        "Process_scale" => "Processes scaled",
        "check_servers" => "Servers checked",
        "service_scale" => "Service scaled",
        "service_stop" => "Service stopped",
        "service_command" => "Command run",
        "service_restart" => "Service restarted",
        "container_stop" => "Container stopped",
        "container_restart" => "Container restarted",
        "container_repair" => "Containers started again",
        "server_remove" => "Server removed",
        "stack_delete" => "Stack deleted",
        _ => Plain(action),
    };

    public static string OfVia(string via) => via switch
    {
        "web" => "in the dashboard",
        "api" => "by the API",
        "hook" => "by the redeployment hook",
        "slipway" => "by Slipway itself",
        _ => via,
    };

    public static IEnumerable<string> OfRoles(IEnumerable<string> roles) =>
        roles.Where(role => role is not ("app" or "db" or "rails" or "rack" or "sinatra" or "padrino")).DefaultIfEmpty("app").Select(OfComponent).Distinct();

    public static string OfDistribution(string? name, string? version) => name switch
    {
        null => "not known yet",
        _ => $"{char.ToUpperInvariant(name[0])}{name[1..]} {version}",
    };

    /// <summary>An address without what everybody knows of it.</summary>
    public static string OfAddress(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) ? uri.Authority + uri.AbsolutePath.TrimEnd('/') : url;

    public static string ShortHash(string hash) => hash.Length > 8 ? hash[..8] : hash;

    public static string OfMemory(long bytes) => bytes switch
    {
        <= 0 => "unknown",
        < 1L << 30 => $"{bytes / (1 << 20)} MB",
        _ => $"{bytes / (double)(1 << 30):0.#} GB",
    };

    private static string Plain(string name)
    {
        var text = name.Replace('_', ' ').Replace('-', ' ').Trim();
        return text.Length == 0 ? name : char.ToUpperInvariant(text[0]) + text[1..];
    }
}
