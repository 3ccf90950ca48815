using Slipway.Rig;

[assembly: AssemblyFixture(typeof(Testbed))]
