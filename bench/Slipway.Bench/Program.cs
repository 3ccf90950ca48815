using System.CommandLine;
using Slipway.Bench;

var rounds = new Option<int>("--rounds") { Description = "Redeployments of each kind.", DefaultValueFactory = _ => 5 };
var fresh = new Option<int>("--fresh") { Description = "Fresh servers of each kind.", DefaultValueFactory = _ => 2 };
var deploy = new Command("deploy", "Redeploy, first deploy and fresh server to live, each beside a raw script in the same run.") { rounds, fresh };
deploy.SetAction((arguments, cancellationToken) =>
    new DeployBenchmark(arguments.GetValue(rounds), arguments.GetValue(fresh)).RunAsync(cancellationToken));
var server = new Command("server", "Time to the first answer and resident memory of the control plane, idle, before and after a load.");
server.SetAction((_, cancellationToken) => ServerBenchmark.RunAsync(cancellationToken));
return await new RootCommand("Benchmarks against limits and peers measured in the same run.") { deploy, server }.Parse(args).InvokeAsync();
