using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Slipway.Server.Platform.Data;

/// <summary>SQLite can neither sort nor compare the text that EF would store for a time.</summary>
internal sealed class UnixMillisecondsConverter()
    : ValueConverter<DateTimeOffset, long>(time => time.ToUnixTimeMilliseconds(), number => DateTimeOffset.FromUnixTimeMilliseconds(number));
