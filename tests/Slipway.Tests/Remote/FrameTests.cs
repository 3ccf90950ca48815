using System.Buffers;
using System.IO.Pipelines;
using CsCheck;
using Slipway.Engine.Remote.Protocol;

namespace Slipway.Tests.Remote;

public sealed class FrameTests
{
    private static readonly Gen<(byte Kind, byte[] Payload)> AnyFrame = Gen.Select(Gen.Byte, Gen.Byte.Array[0, 500]);

    [Fact]
    public async Task ReadAsync_GivesBackEveryFrame_HoweverTheBytesArrive() =>
        await Gen.Select(AnyFrame.Array[0, 10], Gen.Int[1, 200]).SampleAsync(async (frames, piece) =>
        {
            var bytes = frames.SelectMany(frame => Frame.Encode(frame.Kind, frame.Payload)).ToArray();
            var pipe = new Pipe();
            var reader = new FrameReader(pipe.Reader);
            var writing = WriteAsync(pipe.Writer, bytes, piece);
            foreach (var (kind, payload) in frames)
            {
                var frame = await reader.ReadAsync(TestContext.Current.CancellationToken);
                Assert.Equal(kind, frame!.Value.Kind);
                Assert.Equal(payload, frame.Value.Payload.ToArray());
            }
            Assert.Null(await reader.ReadAsync(TestContext.Current.CancellationToken));
            await writing;
        });

    [Theory]
    [InlineData("")]
    [InlineData("Last login: yesterday\n\0SLIPWAY\0\n")]
    public async Task SkipToMarker_IgnoresWhatTheLoginPrintsBeforeIt(string noise)
    {
        var pipe = new Pipe();
        byte[] bytes = [.. System.Text.Encoding.ASCII.GetBytes(noise), .. "\0SLIPWAY1\n"u8, .. Frame.Encode(FrameKind.Result, "x"u8)];
        var writing = WriteAsync(pipe.Writer, bytes, 3);
        var reader = new FrameReader(pipe.Reader);
        Assert.True(await reader.SkipToMarkerAsync(TestContext.Current.CancellationToken));
        Assert.Equal(FrameKind.Result, (await reader.ReadAsync(TestContext.Current.CancellationToken))!.Value.Kind);
        await writing;
    }

    [Fact]
    public async Task SkipToMarker_SaysWhenItNeverCame()
    {
        var pipe = new Pipe();
        await WriteAsync(pipe.Writer, "sh: no such file\n"u8.ToArray(), 100);
        var reader = new FrameReader(pipe.Reader);
        Assert.False(await reader.SkipToMarkerAsync(TestContext.Current.CancellationToken));
        Assert.Equal("sh: no such file", reader.Noise);
    }

    [Fact]
    public void TryDecode_RefusesAnImpossibleLength()
    {
        var buffer = new ReadOnlySequence<byte>([(byte)'O', 0xFF, 0, 0, 0]);
        Assert.Throws<InvalidDataException>(() => Frame.TryDecode(ref buffer, out _));
    }

    private static async Task WriteAsync(PipeWriter writer, byte[] bytes, int piece)
    {
        foreach (var chunk in bytes.Chunk(piece))
            await writer.WriteAsync(chunk, TestContext.Current.CancellationToken);
        await writer.CompleteAsync();
    }
}
