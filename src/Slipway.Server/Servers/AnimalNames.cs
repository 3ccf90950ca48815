namespace Slipway.Server.Servers;

/// <summary>Names for servers that nobody named.</summary>
internal static class AnimalNames
{
    private static readonly string[] Animals =
    [
        "Albatross", "Badger", "Beaver", "Bison", "Bobcat", "Caribou", "Cheetah", "Chinchilla", "Cougar", "Coyote", "Crane", "Dolphin",
        "Eagle", "Egret", "Elk", "Falcon", "Ferret", "Finch", "Gazelle", "Gecko", "Hare", "Hawk", "Hedgehog", "Heron", "Ibex", "Jackal",
        "Jaguar", "Kestrel", "Kingfisher", "Koala", "Lemur", "Leopard", "Lion", "Lynx", "Magpie", "Marmot", "Marten", "Meerkat", "Moose",
        "Narwhal", "Ocelot", "Orca", "Osprey", "Otter", "Owl", "Panther", "Pelican", "Penguin", "Puffin", "Puma", "Raccoon", "Raven",
        "Reindeer", "Robin", "Salmon", "Seal", "Sparrow", "Stork", "Swan", "Tapir", "Tiger", "Toucan", "Walrus", "Weasel", "Wolf", "Wombat",
    ];

    /// <summary>One that is not taken; with a number once all animals are.</summary>
    public static string Choose(IReadOnlyCollection<string> taken)
    {
        var isTaken = taken.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var free = Animals.Where(animal => !isTaken.Contains(animal)).ToArray();
        if (free.Length > 0)
            return Random.Shared.GetItems(free, 1)[0];
        return Enumerable.Range(2, int.MaxValue - 2).SelectMany(_ => Animals, (number, animal) => $"{animal}-{number}")
            .First(name => !isTaken.Contains(name));
    }
}
