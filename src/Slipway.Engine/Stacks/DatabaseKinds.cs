namespace Slipway.Engine.Stacks;

/// <summary>The kinds of databases, and what differs between them.</summary>
public static class DatabaseKinds
{
    public const string PostgreSql = "postgresql";
    public const string MySql = "mysql";
    public const string Redis = "redis";
    public const string Memcached = "memcached";
    public const string MongoDb = "mongodb";
    public const string Elasticsearch = "elasticsearch";
    public const string RabbitMq = "rabbitmq";

    /// <summary>The kinds that Slipway can install; the others must be external.</summary>
    public static IReadOnlyList<string> Installable { get; } = [PostgreSql, MySql, Redis, Memcached];

    public static IReadOnlyList<string> All { get; } = [.. Installable, MongoDb, Elasticsearch, RabbitMq];

    /// <summary>The port where an external database of this kind usually listens.</summary>
    public static int UsualPort(string kind) => kind switch
    {
        PostgreSql => 5432,
        MySql => 3306,
        Redis => 6379,
        Memcached => 11211,
        MongoDb => 27017,
        Elasticsearch => 9200,
        RabbitMq => 5672,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "This is no kind of database."),
    };

    /// <summary>Whether each stack has one of its own, beside those of other stacks on the machine.</summary>
    public static bool IsOfOneStack(string kind) => kind is Redis or Memcached;

    /// <summary>
    /// The port for a new database on a machine. PostgreSQL and MariaDB are shared by the stacks of a machine. Redis and Memcached are not: they
    /// start behind the usual port, which the distribution's own instance may hold.
    /// </summary>
    /// <param name="kind">The kind of database.</param>
    /// <param name="taken">Ports of that kind that other stacks have on the same machine.</param>
    public static int ChoosePort(string kind, IReadOnlyCollection<int> taken)
    {
        var port = UsualPort(kind);
        if (!IsOfOneStack(kind))
            return port;
        do
            port++;
        while (taken.Contains(port));
        return port;
    }
}
