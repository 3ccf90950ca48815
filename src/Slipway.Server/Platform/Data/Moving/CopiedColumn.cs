using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Slipway.Server.Platform.Data.Moving;

/// <summary>A column of both databases. Where they store a value differently, it goes through what the program makes of it.</summary>
internal sealed class CopiedColumn
{
    private readonly string _type;
    private readonly RelationalTypeMapping _from;
    private readonly RelationalTypeMapping _to;

    public CopiedColumn(IColumn column, IModel source)
    {
        Name = column.Name;
        _type = column.StoreType.Split('(')[0];
        var property = column.PropertyMappings[0].Property;
        _to = property.GetRelationalTypeMapping();
        _from = source.FindEntityType(property.DeclaringType.Name)!.FindProperty(property.Name)!.GetRelationalTypeMapping();
    }

    public string Name { get; }

    public Task WriteAsync(NpgsqlBinaryImporter import, object stored, CancellationToken cancellationToken) =>
        stored is DBNull ? import.WriteNullAsync(cancellationToken) : import.WriteAsync(Convert(stored), _type, cancellationToken);

    private object Convert(object stored)
    {
        var type = StoredType(_from);
        var value = Read(stored, type);
        if (type == StoredType(_to))
            return value is DateTime time ? DateTime.SpecifyKind(time, DateTimeKind.Utc) : value;
        var meant = _from.Converter is { } reader ? reader.ConvertFromProvider(value)! : value;
        return _to.Converter is { } writer ? writer.ConvertToProvider(meant)! : meant;
    }

    private static Type StoredType(RelationalTypeMapping mapping)
    {
        var type = mapping.Converter?.ProviderClrType ?? mapping.ClrType;
        return Nullable.GetUnderlyingType(type) ?? type;
    }

    // SQLite knows whole numbers, texts and bytes.
    private static object Read(object stored, Type type) => stored switch
    {
        _ when type.IsInstanceOfType(stored) => stored,
        string text when type == typeof(Guid) => Guid.Parse(text),
        string text when type == typeof(DateTime) => DateTime.Parse(text, CultureInfo.InvariantCulture),
        _ when type.IsEnum => Enum.ToObject(type, stored),
        _ => System.Convert.ChangeType(stored, type, CultureInfo.InvariantCulture),
    };
}
