using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Contracts.Http;

namespace Slipway.Tests.Contract;

/// <summary>The forms in which the API writes times, and what it reads.</summary>
public sealed class TimeTests
{
    private static readonly DateTimeOffset Time = new(2014, 8, 14, 0, 38, 14, TimeSpan.Zero);

    public static TheoryData<JsonConverter<DateTimeOffset>, string> Forms => new()
    {
        { new Rfc3339Converter(), "2014-08-14T00:38:14Z" },
        { new OffsetTimeConverter(), "2014-08-14T00:38:14+00:00" },
        { new RubyTimeConverter(), "2014-08-14 00:38:14 UTC" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Time_IsWrittenInItsForm_AndAnyIsoFormIsRead(JsonConverter<DateTimeOffset> converter, string form)
    {
        var options = With(converter);
        Assert.Equal(form, JsonSerializer.SerializeToElement(Time, options).GetString());
        foreach (var text in new[] { form, "2014-08-14T00:38:14Z", "2014-08-14T02:38:14+02:00", "2014-08-14T00:38:14" })
            Assert.Equal(Time, JsonSerializer.Deserialize<DateTimeOffset>($"\"{text}\"", options));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void WhatIsNoTime_IsAnErrorOfTheJson(JsonConverter<DateTimeOffset> converter, string form)
    {
        var options = With(converter);
        foreach (var json in new[] { "\"\"", "\"yesterday\"", "\"2014-13-14 00:38:14 UTC\"", $"\"{form}x\"", "17", "null", "true", "[]", "{}" })
            Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<DateTimeOffset>(json, options));
    }

    private static JsonSerializerOptions With(JsonConverter<DateTimeOffset> converter) => new() { Converters = { converter } };
}
