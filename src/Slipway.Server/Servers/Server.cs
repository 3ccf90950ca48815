using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Slipway.Server.Containers;
using Slipway.Server.Processes;
using Slipway.Server.ServerGroups;
using Slipway.Server.Stacks;

namespace Slipway.Server.Servers;

/// <summary>A machine's place in a stack.</summary>
internal sealed class Server
{
    public int Id { get; set; }

    /// <summary>32 lower-case hex characters.</summary>
    public required string Uid { get; set; }

    public int StackId { get; set; }

    public Stack? Stack { get; set; }

    public int MachineId { get; set; }

    public Machine? Machine { get; set; }

    public int ServerGroupId { get; set; }

    public ServerGroup? ServerGroup { get; set; }

    /// <summary>Unique in the stack.</summary>
    public required string Name { get; set; }

    /// <summary>web, docker, build, postgresql, mysql, redis, memcached; separated by spaces.</summary>
    public required string Roles { get; set; }

    /// <summary>Whether the roles were left to Slipway. Then databases that a later analysis finds come here too.</summary>
    public bool HasDefaultRoles { get; set; }

    /// <summary>What the last complete provisioning was made from; equal to the wanted digest when there is nothing to do.</summary>
    public string? ProvisionedDigest { get; set; }

    /// <summary>One of Contracts' StackHealth.</summary>
    public int Health { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public List<ProcessCount> ProcessCounts { get; } = [];

    public List<Container> Containers { get; } = [];

    /// <summary>How many of a background process, or containers of a service, are wanted here. Needs the present counts.</summary>
    public void SetCount(string process, int count)
    {
        if (ProcessCounts.Find(row => row.Process == process) is { } present)
            present.Count = count;
        else
            ProcessCounts.Add(new() { Process = process, Count = count });
    }

    public bool HasRole(string role) => Roles.Split(' ').Contains(role);
}

internal sealed class ServerConfiguration : IEntityTypeConfiguration<Server>
{
    public void Configure(EntityTypeBuilder<Server> builder)
    {
        builder.HasIndex(server => server.Uid).IsUnique();
        builder.HasIndex(server => new { server.StackId, server.Name }).IsUnique();
        builder.HasIndex(server => new { server.StackId, server.MachineId }).IsUnique();
    }
}
