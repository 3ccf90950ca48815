using System.Security.Cryptography;
using System.Text;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Provisioning;

/// <summary>All that a server needs, as a value: made from the stack alone, without looking at the server.</summary>
internal sealed record ProvisionPlan(IReadOnlyDictionary<IComponent, ComponentPlan> Components)
{
    // Raised when a component configures differently from the same plan, so that servers are gone over once more.
    private const int Revision = 2;

    public IReadOnlyList<string> Packages { get; } =
        [.. Components.Values.SelectMany(plan => plan.Packages).Distinct().Order(StringComparer.Ordinal)];

    public IEnumerable<UnwantedUnit> UnwantedUnits => Components.Values.SelectMany(plan => plan.UnwantedUnits);

    public static ProvisionPlan For(StackSpec stack, ServerSpec server, IEnumerable<IComponent> components) => new(components
        .Select(component => (component, plan: component.Plan(stack, server)))
        .Where(pair => pair.plan is not null)
        .ToDictionary(pair => pair.component, pair => pair.plan!));

    /// <summary>SHA-256 in hex: equal digests mean that there is nothing to do on a server that was completely provisioned with the other.</summary>
    public string Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, $"{Revision}");
        foreach (var (component, plan) in Components)
        {
            Add(hash, component.Name);
            foreach (var text in plan.Packages.Concat(plan.Settings.Select(setting => setting.Reveal())))
                Add(hash, text);
            foreach (var file in plan.Files)
                AddFile(hash, file);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void AddFile(IncrementalHash hash, FileChange change)
    {
        Add(hash, change.GetType().Name);
        Add(hash, change.Path);
        switch (change)
        {
            case WriteFile file:
                Add(hash, $"{file.Mode} {file.Owner} {file.Group}");
                Add(hash, file.Content.Span);
                break;
            case MakeDirectory directory:
                Add(hash, $"{directory.Mode} {directory.Owner} {directory.Group}");
                break;
            case MakeLink link:
                Add(hash, link.Target);
                break;
        }
    }

    private static void Add(IncrementalHash hash, string text) => Add(hash, Encoding.UTF8.GetBytes(text));

    // The length keeps "ab" + "c" and "a" + "bc" apart.
    private static void Add(IncrementalHash hash, ReadOnlySpan<byte> bytes)
    {
        hash.AppendData(BitConverter.GetBytes(bytes.Length));
        hash.AppendData(bytes);
    }
}
