import ArgumentParser
import CaseStore
import Foundation
import Gateway

extension Foyer {
    struct CheckConfig: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check-config",
            abstract: "Say what is wrong or doubtful with a configuration, without serving.",
            usage: "foyer check-config [--json] [--config <file>] [options of serve ...]",
            discussion: """
                Takes the options of 'foyer serve', and reads them in the same way. Looks at certificates, addresses, the data \
                directory, databases and Redis, and opens none that a house has open. Run it as the house's own user. Ends \
                with 0, or with 1 if something is wrong; what is only doubtful is said and does not count. --json prints \
                {"isUsable", "findings": [{"severity", "option", "place", "message"}]}.
                """)

        @Argument(parsing: .captureForPassthrough)
        var given: [String] = []

        func run() throws {
            guard !given.contains("--help"), !given.contains("-h") else {
                return print(Foyer.helpMessage(for: CheckConfig.self))
            }
            let report = Report(given.filter { $0 != "--json" })
            print(given.contains("--json") ? try report.json : report.text)
            guard report.isUsable else { throw ExitCode(1) }
        }
    }
}

/// Everything that is found, with its place in the file.
private struct Report {
    struct Line: Encodable {
        let severity: String
        let option: String
        /// As in `foyer.conf:12`; nil for what stands on the command line, or nowhere.
        let place: String?
        let message: String
    }

    private struct Whole: Encodable {
        let isUsable: Bool
        let findings: [Line]
    }

    private(set) var lines: [Line] = []

    var isUsable: Bool { !lines.contains { $0.severity == ConfigurationFinding.Severity.wrong.rawValue } }

    init(_ given: [String]) {
        var file: ConfigurationFile?
        if let path = Foyer.configurationPath(given) {
            do {
                let text = try ConfigurationFile.text(path)
                var entries: [ConfigurationFile.Entry] = []
                for line in ConfigurationFile.lines(path, text) {
                    switch line {
                    case .success(let entry): entries.append(entry)
                    case .failure(let failure): addWrong("config", failure.description)
                    }
                }
                file = usable(ConfigurationFile(path: path, entries: entries), given)
                addSecrecy(of: path)
            } catch {
                addWrong("config", "\(error)")
                return
            }
        }
        guard let serve = parse(given, &file) else { return }
        do {
            let findings = try serve.check().findings()
            for finding in findings {
                let entry = file?.entries.first { $0.key == finding.option }
                add(finding, place: entry.flatMap { entry in file.map { "\($0.path):\(entry.line)" } })
            }
        } catch {
            addWrong("database", "\(error)")
        }
    }

    var text: String {
        let shown = lines.map { line in
            "\(line.severity.padding(toLength: 8, withPad: " ", startingAt: 0))  "
                + "\(line.place.map { $0 + ": " } ?? "")\(line.option): \(line.message)"
        }
        return (shown + [isUsable ? "The configuration can be used." : "The configuration cannot be used."])
            .joined(separator: "\n")
    }

    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(Whole(isUsable: isUsable, findings: lines)), as: UTF8.self)
        }
    }

    /// What `foyer serve` would stop at, each: the file without those lines.
    private mutating func usable(_ file: ConfigurationFile, _ given: [String]) -> ConfigurationFile {
        let options = Foyer.serveOptions
        var kept: [ConfigurationFile.Entry] = []
        for entry in file.entries {
            do throws(ConfigurationFile.Failure) {
                _ = try file.argument(entry, options, without: Foyer.names(given))
                kept.append(entry)
            } catch {
                addWrong(entry.key, error.description)
            }
        }
        return ConfigurationFile(path: file.path, entries: kept)
    }

    /// As often as a line of the file is refused, without that line.
    private mutating func parse(_ given: [String], _ file: inout ConfigurationFile?) -> Foyer.Serve? {
        while true {
            do {
                let own = try file?.arguments(Foyer.serveOptions, without: Foyer.names(given)) ?? []
                return try Foyer.Serve.parse(own + given)
            } catch {
                let message = Foyer.Serve.message(for: error)
                guard let known = file, let entry = known.entry(of: message) else {
                    addWrong("command line", message)
                    return nil
                }
                lines.append(
                    Line(
                        severity: ConfigurationFinding.Severity.wrong.rawValue, option: entry.key,
                        place: "\(known.path):\(entry.line)", message: message))
                file = ConfigurationFile(path: known.path, entries: known.entries.filter { $0 != entry })
            }
        }
    }

    private mutating func addSecrecy(of path: String) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & 0o004 != 0,
            let text = try? ConfigurationFile.text(path), text.contains("://"), text.contains("@")
        else { return }
        add(
            ConfigurationFinding(
                .doubtful, "config",
                "'\(path)' holds a password and can be read by everybody. Run: chmod o-rwx '\(path)'"),
            place: nil)
    }

    private mutating func addWrong(_ option: String, _ message: String) {
        add(ConfigurationFinding(.wrong, option, message), place: nil)
    }

    private mutating func add(_ finding: ConfigurationFinding, place: String?) {
        lines.append(
            Line(
                severity: finding.severity.rawValue, option: finding.option, place: place, message: finding.message))
    }
}

extension Foyer.Serve {
    fileprivate func check() throws -> ConfigurationCheck {
        var check = ConfigurationCheck(data: DataDirectory(path: data))
        check.listen = listening.listen.isEmpty ? [ListeningDefaults.serve.address] : listening.listen
        check.certificate = listening.certificate
        check.publicURL = publicURL
        check.trustedProxies = trustedProxy
        check.metricsListen = metricsListen
        check.drain = listening.plan
        check.web = web
        check.isDemo = demo
        check.loops = listening.loops
        check.cluster = try cluster.settings()
        return check
    }
}
