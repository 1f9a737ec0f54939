import ArgumentParser
import Glibc

/// Simulates guests and members over the real protocol, and checks every promise while it loads.
@main
struct FoyerLoad: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "foyer-load",
        abstract: "Loads a Foyer server with guests and members, and checks that it keeps its promises.",
        subcommands: [RushCommand.self, KneeCommand.self, StormCommand.self, CheckCommand.self])
}

/// What goes on, for whoever waits; figures alone go to the standard output.
func say(_ text: String) {
    let line = "foyer-load: \(text)\n"
    _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
}
