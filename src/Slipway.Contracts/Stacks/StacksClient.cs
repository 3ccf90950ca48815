using Slipway.Contracts.Actions;
using Slipway.Contracts.Http;

namespace Slipway.Contracts.Stacks;

public sealed class StacksClient(ApiConnection connection)
{
    public Task<ApiList<Stack>> ListAsync(int page = 1, CancellationToken cancellationToken = default) =>
        connection.ListAsync<Stack>("stacks", page, cancellationToken);

    public Task<Stack> GetAsync(string uid, CancellationToken cancellationToken = default) =>
        connection.GetAsync<Stack>($"stacks/{Uri.EscapeDataString(uid)}", cancellationToken);

    /// <summary>Makes a stack and starts its analysis.</summary>
    public Task<CreatedStack> CreateAsync(CreateStack request, CancellationToken cancellationToken = default) =>
        connection.SendAsync<CreateStack, CreatedStack>(HttpMethod.Post, "stacks", request, cancellationToken);

    public Task<Stack> RenameAsync(string uid, string name, CancellationToken cancellationToken = default) =>
        connection.SendAsync<ChangeStack, Stack>(HttpMethod.Put, $"stacks/{Uri.EscapeDataString(uid)}", new(name), cancellationToken);

    /// <summary>Removes the stack from its servers, and then altogether: when its action is no longer found, it is done.</summary>
    public Task<StackAction> DeleteAsync(string uid, Removal removal, CancellationToken cancellationToken = default) =>
        connection.SendAsync<Removal, StackAction>(HttpMethod.Delete, $"stacks/{Uri.EscapeDataString(uid)}", removal, cancellationToken);

    public Task<StackAnalysis> GetAnalysisAsync(string uid, CancellationToken cancellationToken = default) =>
        connection.GetAsync<StackAnalysis>($"stacks/{Uri.EscapeDataString(uid)}/analysis", cancellationToken);

    /// <summary>Analyses the repository anew.</summary>
    public Task<StackAction> AnalyseAsync(string uid, CancellationToken cancellationToken = default) =>
        connection.SendAsync<StackAction>(HttpMethod.Post, $"stacks/{Uri.EscapeDataString(uid)}/analysis", cancellationToken);

    /// <summary>The definition of containers that came with the stack.</summary>
    public async Task<string> GetServiceYamlAsync(string uid, CancellationToken cancellationToken = default) =>
        (await connection.GetAsync<ServiceYaml>($"stacks/{Uri.EscapeDataString(uid)}/service_yaml", cancellationToken)).Text;

    /// <summary>Changes that definition, from the next deployment on, and has the stack analysed with it.</summary>
    public Task<StackAction> ChangeServiceYamlAsync(string uid, string text, CancellationToken cancellationToken = default) =>
        connection.SendAsync<ServiceYaml, StackAction>(HttpMethod.Put, $"stacks/{Uri.EscapeDataString(uid)}/service_yaml", new(text), cancellationToken);

    public Task<StackKeys> GetKeysAsync(string uid, CancellationToken cancellationToken = default) =>
        connection.GetAsync<StackKeys>($"stacks/{Uri.EscapeDataString(uid)}/keys", cancellationToken);
}

/// <summary>The stack that was made, and the action that analyses it.</summary>
public sealed record CreatedStack(Stack Stack, StackAction Action);
