using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Slipway.Engine;

namespace Slipway.Server.Platform.Data;

/// <summary>Stores secrets sealed.</summary>
internal sealed class SecretConverter(SecretBox box)
    : ValueConverter<Secret, string>(secret => box.Seal(secret), text => box.Open(text))
{
    public static void Use(ModelBuilder builder, SecretBox box)
    {
        var converter = new SecretConverter(box);
        var secrets = builder.Model.GetEntityTypes().SelectMany(type => type.ClrType.GetProperties(), (type, property) => (type, property))
            .Where(pair => pair.property.PropertyType == typeof(Secret));
        foreach (var (type, property) in secrets)
            builder.Entity(type.ClrType).Property(property.Name).HasConversion(converter);
    }
}

/// <summary>EF keeps one model for each context type; here one for each key too, since the model holds the converter.</summary>
internal sealed class SecretModelCacheKeyFactory : IModelCacheKeyFactory
{
    public object Create(DbContext context, bool designTime) => (context.GetType(), ((AppDb)context).Secrets, designTime);
}
