import ArgumentParser
import Foundation
import Gateway

/// The front desk of a clinic on the web, as one program.
@main
struct Foyer: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "foyer", abstract: "The front desk of a clinic on the web, as one program.",
        version: "\(FoyerVersion.text)",
        subcommands: [
            Serve.self, Init.self, CheckConfig.self, Backup.self, Restore.self, Migrate.self, Copy.self, RotateKey.self,
            Restored.self, Audit.self, Echo.self,
            MachineCommand.self, SimulateCommand.self, Bench.self,
        ])

    static func main() {
        let given = Array(CommandLine.arguments.dropFirst())
        var file: ConfigurationFile?
        var command: any ParsableCommand
        do {
            file = try configurationFile(given)
            command = try parseAsRoot(try arguments(given, file))
        } catch {
            // A value of the file is told with its line.
            guard let place = file?.place(of: message(for: error)), !exitCode(for: error).isSuccess else {
                exit(withError: error)
            }
            exit(withError: ValidationError("\(place): \(message(for: error))"))
        }
        do {
            try command.run()
        } catch {
            exit(withError: error)
        }
    }

    /// Of `foyer serve --config FILE`.
    private static func configurationFile(_ given: [String]) throws -> ConfigurationFile? {
        guard given.first == Serve.configuration.commandName ?? "serve" else { return nil }
        return try configurationPath(given).map { try ConfigurationFile(path: $0) }
    }

    static func configurationPath(_ given: [String]) -> String? {
        for (index, argument) in given.enumerated() {
            if argument == "--config", index + 1 < given.count { return given[index + 1] }
            if argument.hasPrefix("--config=") {
                return String(argument.dropFirst("--config=".count))
            }
        }
        return nil
    }

    private static func arguments(_ given: [String], _ file: ConfigurationFile?) throws -> [String] {
        guard let file, let command = given.first else { return given }
        return [command] + (try file.arguments(serveOptions, without: names(given))) + given.dropFirst()
    }

    static var serveOptions: KnownOptions {
        KnownOptions(help: helpMessage(for: Serve.self, includeHidden: false, columns: 10_000))
    }

    /// Of the long options on a command line.
    static func names(_ given: [String]) -> Set<String> {
        Set(given.filter { $0.hasPrefix("--") }.map { String($0.dropFirst(2).prefix { $0 != "=" }) })
    }
}
