using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Slipway.Engine;
using Slipway.Server.Stacks;

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

        // Identity keeps the seed of the second factor there, and it is as good as a password.
        builder.Entity<IdentityUserToken<int>>().Property(token => token.Value).HasConversion(
            text => text == null ? null : box.Seal(new(text)),
            text => text == null ? null : box.Open(text).Reveal());

        // The address of a private repository may carry a token.
        builder.Entity<Stack>().Property(stack => stack.GitUrl).HasConversion(url => box.Seal(new(url)), text => box.Open(text).Reveal());
    }
}

/// <summary>EF keeps one model for each context type; here one for each key too, since the model holds the converter.</summary>
internal sealed class SecretModelCacheKeyFactory : IModelCacheKeyFactory
{
    public object Create(DbContext context, bool designTime) => (context.GetType(), ((AppDb)context).Secrets, designTime);
}
