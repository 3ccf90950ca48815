using Slipway.SystemTests.Dashboard;
using Slipway.SystemTests.Docker;
using Slipway.SystemTests.Operating;
using Slipway.SystemTests.Provisioning;
using Slipway.SystemTests.Support;
using Slipway.SystemTests.Work;
using Slipway.SystemTests.Work.Crashes;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace Slipway.SystemTests.Support;

/// <summary>Starts what takes minutes first, so that nothing of it runs alone at the end. All else is in any order.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    // As ./test prints them.
    private static readonly string[] Longest =
    [
        nameof(DashboardRig), nameof(CrashPlaceTests), nameof(Nodes), nameof(DockerStackTests), nameof(DockerTroubleTests), nameof(DockerLostServerTests),
        nameof(DockerCrashTests), nameof(OperatingGuideTests), nameof(DockerTrafficTests), nameof(DockerEngineTests), nameof(DatabaseTests), nameof(DockerFleetTests),
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. DefaultTestCollectionOrderer.Instance.OrderTestCollections(testCollections).OrderBy(PlaceOf)];

    // A collection of one class is named by it: "Test collection for <class> (id: ...)".
    private static int PlaceOf<TTestCollection>(TTestCollection collection)
        where TTestCollection : ITestCollection
    {
        var name = collection.TestCollectionDisplayName;
        var place = Array.FindIndex(Longest, each => name == each || name.Contains($".{each} ", StringComparison.Ordinal));
        return place < 0 ? Longest.Length : place;
    }
}
