using System.CommandLine;
using Slipway.Demo;

var once = new Option<bool>("--once") { Description = "Go through to the end: deploy, redeploy a changed commit under load, clean up." };
var summary = new Option<FileInfo?>("--summary") { Description = "Write addresses, sign-in and token as JSON to this file once all is up." };
var port = new Option<int>("--port") { Description = "Port of Slipway on 127.0.0.1.", DefaultValueFactory = _ => 6600 };
var command = new RootCommand("From a clone to a live application on a fresh server.") { once, summary, port };
command.SetAction((arguments, cancellationToken) =>
    DemoRun.RunAsync(new(arguments.GetValue(once), arguments.GetValue(summary), arguments.GetValue(port)), cancellationToken));
return await command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
