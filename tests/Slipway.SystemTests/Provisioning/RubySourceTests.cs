using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Slipway.Engine;
using Slipway.Engine.Provisioning.Ruby;
using Slipway.Engine.Stacks;
using Slipway.Rig;

namespace Slipway.SystemTests.Provisioning;

/// <summary>A source archive that is made like Ruby's, and small: configure, make, make install.</summary>
public sealed class RubySourceTests(Testbed testbed)
{
    private const string Configure = """
        #!/bin/sh
        for option; do case $option in --prefix=*) prefix=${option#--prefix=};; esac; done
        printf 'all:\n\tid -un >built-by\ninstall:\n\tmkdir -p %s/bin\n\tcp ruby %s/bin/ruby\n\tcp built-by %s/built-by\n' "$prefix" "$prefix" "$prefix" >Makefile
        """;

    [Fact]
    public async Task Provision_BuildsRubyOnce_AsTheStacksUser()
    {
        await using var fleet = await Fleet.StartAsync(testbed, 1);
        await using var source = await ArchiveServer.StartAsync(testbed, MakeArchive());
        var stack = Fleet.Stack("shop", [fleet.Server(0, ServerRoles.Web)]);

        var wrong = stack with { RubySource = new RubySource("9.9.9", source.Url, new string('0', 64)) };
        var error = await Assert.ThrowsAsync<UserErrorException>(() => fleet.ProvisionAsync(wrong));
        Assert.Contains("checksum", error.Message, StringComparison.Ordinal);

        var right = stack with { RubySource = new RubySource("9.9.9", source.Url, source.Sha256) };
        await fleet.ProvisionAsync(right);
        var ruby = RubyPaths.BinDirectory(right) + "/ruby";
        Assert.Equal("ruby 9.9.9", await fleet.Machines[0].ExecAsync(ruby));
        Assert.Equal("sw-shop", await fleet.Machines[0].ExecAsync("cat", "/opt/slipway/ruby/9.9.9/built-by"));
        Assert.Equal("0 root", await fleet.Machines[0].ExecAsync("stat", "-c", "%u %U", ruby));

        var requests = source.Requests;
        var again = await fleet.ProvisionAsync(right);
        Assert.Equal(["server0: All packages are there.", "server0: Everything is as wanted."], again.Lines);
        await fleet.ProvisionAsync(right with { Slug = "blog" });
        Assert.Equal(requests, source.Requests);
    }

    private static byte[] MakeArchive()
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Optimal))
        using (var tar = new TarWriter(gzip))
        {
            Add(tar, "ruby-9.9.9/configure", Configure);
            Add(tar, "ruby-9.9.9/ruby", "#!/bin/sh\necho ruby 9.9.9\n");
        }
        return bytes.ToArray();
    }

    private static void Add(TarWriter tar, string name, string text) => tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name)
    {
        Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherExecute,
        DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)),
    });

    /// <summary>Gives one archive to whoever asks, on the address by which the servers see this machine.</summary>
    private sealed class ArchiveServer : IAsyncDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly byte[] _archive;
        private readonly Task _loop;
        private int _requests;

        private ArchiveServer(string address, byte[] archive)
        {
            var port = FreePort();
            Url = new Uri($"http://{address}:{port}/ruby-9.9.9.tar.gz");
            _archive = archive;
            _listener.Prefixes.Add($"http://{address}:{port}/");
            _listener.Start();
            _loop = AnswerAsync();
        }

        public Uri Url { get; }

        public int Requests => _requests;

        public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(_archive));

        public static async Task<ArchiveServer> StartAsync(Testbed testbed, byte[] archive) =>
            new(await testbed.GatewayAsync(Fleet.Cancellation), archive);

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _loop;
            _listener.Close();
        }

        private async Task AnswerAsync()
        {
            while (_listener.IsListening)
            {
                try
                {
                    var context = await _listener.GetContextAsync();
                    Interlocked.Increment(ref _requests);
                    await context.Response.OutputStream.WriteAsync(_archive);
                    context.Response.Close();
                }
                catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException && !_listener.IsListening)
                {
                    return;
                }
            }
        }

        private static int FreePort()
        {
            using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
    }
}
