using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Contracts.Stacks;
using Slipway.Engine.Analysis;
using Slipway.Engine.Stacks;

namespace Slipway.Server.Stacks;

/// <summary>A stack's last analysis with the commit it was made of, as it is kept in <see cref="Stack.Analysis"/>.</summary>
internal sealed record StoredAnalysis(string GitHash, AnalysisResult Result)
{
    private static readonly JsonSerializerOptions Options = new() { Converters = { new JsonStringEnumConverter() } };

    public static StoredAnalysis? Of(string? json) => json is null ? null : JsonSerializer.Deserialize<StoredAnalysis>(json, Options);

    public string ToJson() => JsonSerializer.Serialize(this, Options);

    public StackAnalysis ToRecord() => new()
    {
        GitHash = GitHash,
        Language = Result.Language,
        Framework = FrameworkName,
        RubyVersion = Result.Ruby.Wanted,
        WebServer = Result.IsDocker ? null : Result.WebServer.Kind.ToString().ToLowerInvariant(),
        Databases = Result.Components,
        Processes = [.. Result.Processes.Select(process => new StackProcess(process.Name, process.Command))],
        Services = [.. (Result.Docker?.Services ?? []).Select(service => new StackService(
            service.Name, service.Image, service.Build?.Dockerfile, [.. service.Ports.Select(port => port.Text)]))],
        EnvironmentVariables = Result.EnvironmentVariables,
        Problems = Result.Problems,
        Notes = [.. Result.CannotDo, .. Result.Notes],
    };

    /// <summary>rails, sinatra, padrino, rack or docker; null when there is none.</summary>
    [JsonIgnore]
    public string? FrameworkName => Result.IsDocker ? StackSpec.DockerFramework : Result.Framework is RackFramework.None ? null : Result.Framework.ToString().ToLowerInvariant();
}
