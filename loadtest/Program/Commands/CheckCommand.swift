import ArgumentParser
import LoadCheck

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Holds a history against the promises.",
        discussion: """
            Exit status 1 when a message is lost, repeated, reordered, altered or foreign, when a number was passed over, \
            when the run did not come to its end, or when there was nothing to check.
            """)

    @Argument(help: "The history that foyer-load rush has written.")
    var history: String

    func run() throws {
        let report = try HistoryCheck.report(path: history)
        print(report.text, terminator: "")
        guard report.isClean else { throw ExitCode.failure }
    }
}
