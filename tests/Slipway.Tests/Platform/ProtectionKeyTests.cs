using System.Xml.Linq;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Platform.Data.Keys;
using Slipway.Tests.Support;

namespace Slipway.Tests.Platform;

public sealed class ProtectionKeyTests
{
    [Fact]
    public async Task KeysInFiles_AreTakenOver_Once()
    {
        await using var app = new SlipwayApp();
        var keys = app.Services.GetRequiredService<ProtectionKeys>();
        var directory = Directory.CreateDirectory(Path.Combine(app.DataDirectory, "keys"));
        await File.WriteAllTextAsync(Path.Combine(directory.FullName, "key-1.xml"), "<key id=\"1\"><sealed /></key>", TestContext.Current.CancellationToken);

        keys.Adopt(directory);
        keys.Adopt(new(directory.FullName));

        Assert.Single(keys.GetAllElements(), element => (string?)element.Attribute("id") == "1");
        Assert.False(Directory.Exists(directory.FullName));
    }

    [Fact]
    public async Task StoredKey_IsSealed()
    {
        await using var app = new SlipwayApp();
        await app.GivenOwnerAsync();

        await new Dashboard.Visitor(app).SignInAsync("owner@example.com");

        var key = Assert.Single(app.Services.GetRequiredService<ProtectionKeys>().GetAllElements());
        Assert.NotEmpty(key.Descendants("sealed").Single().Value);
        Assert.DoesNotContain(key.Descendants("masterKey"), element => element.Descendants("value").Any());
    }
}
