import ArgumentParser

extension Foyer {
    struct Bench: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Measure parts of Foyer on this machine.", subcommands: [Engine.self])
    }
}
