import ArgumentParser

/// The front desk of a clinic on the web, as one program.
@main
struct Foyer: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "foyer", abstract: "The front desk of a clinic on the web, as one program.",
        subcommands: [
            Serve.self, Echo.self, Migrate.self, Copy.self, MachineCommand.self, SimulateCommand.self, Audit.self,
            Bench.self,
        ])
}
