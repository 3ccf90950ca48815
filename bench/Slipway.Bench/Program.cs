using System.CommandLine;
using Slipway.Bench;
using Slipway.Bench.Actions;
using Slipway.Bench.Api;

var rounds = new Option<int>("--rounds") { Description = "Redeployments of each kind.", DefaultValueFactory = _ => 5 };
var fresh = new Option<int>("--fresh") { Description = "Fresh servers of each kind.", DefaultValueFactory = _ => 2 };
var deploy = new Command("deploy", "Redeploy, first deploy and fresh server to live, each beside a raw script in the same run.") { rounds, fresh };
deploy.SetAction((arguments, cancellationToken) =>
    new DeployBenchmark(arguments.GetValue(rounds), arguments.GetValue(fresh)).RunAsync(cancellationToken));
var docker = new Command("docker", "Redeploying and scaling containers, each beside a raw script in the same run.") { rounds };
docker.SetAction((arguments, cancellationToken) => new DockerBenchmark(arguments.GetValue(rounds)).RunAsync(cancellationToken));
var server = new Command("server", "Time to the first answer and resident memory of the control plane, idle, before and after a load.");
server.SetAction((_, cancellationToken) => ServerBenchmark.RunAsync(cancellationToken));
var apiRounds = new Option<int>("--rounds") { Description = "How often each side takes its turn.", DefaultValueFactory = _ => 5 };
var seconds = new Option<int>("--seconds") { Description = "How long a turn takes.", DefaultValueFactory = _ => 5 };
var api = new Command("api", "The hottest reads of the API beside bare Kestrel and the bare database read, on SQLite and PostgreSQL. Needs wrk and postgresql.")
{
    apiRounds, seconds,
};
api.SetAction((arguments, cancellationToken) => new ApiBenchmark(arguments.GetValue(apiRounds), arguments.GetValue(seconds)).RunAsync(cancellationToken));
var count = new Option<int>("--actions") { Description = "How many actions are asked for as fast as they are taken.", DefaultValueFactory = _ => 1000 };
var queued = new Option<int>("--queued") { Description = "How many actions wait behind 200 that run.", DefaultValueFactory = _ => 1000 };
var actions = new Command("actions", "Actions and lines of log a second, time to the first step, take-over, and a crowd of actions, on SQLite and PostgreSQL. Needs postgresql.")
{
    count, queued,
};
actions.SetAction((arguments, cancellationToken) => new ActionBenchmark(arguments.GetValue(count), arguments.GetValue(queued)).RunAsync(cancellationToken));
var port = new Argument<int>("port");
var data = new Argument<DirectoryInfo>("data");
var length = new Argument<int>("seconds");
var bare = new Command("bare") { port };
bare.Hidden = true;
bare.SetAction((arguments, cancellationToken) => Limits.ServeAsync(arguments.GetValue(port), cancellationToken));
var read = new Command("read") { port, data, length };
read.Hidden = true;
read.SetAction((arguments, cancellationToken) => Limits.ReadAsync(arguments.GetValue(data)!, arguments.GetValue(length), cancellationToken));
return await new RootCommand("Benchmarks against limits and peers measured in the same run.") { deploy, docker, server, api, actions, bare, read }.Parse(args).InvokeAsync();
