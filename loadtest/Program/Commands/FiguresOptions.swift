import ArgumentParser
import Foundation

/// Where a run leaves its figures for programs; for people it prints them.
struct FiguresOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Where to write the figures.", valueName: "file"))
    var json: String?

    func write(_ figures: some Encodable) throws {
        guard let json else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try (encoder.encode(figures) + Data("\n".utf8)).write(to: URL(filePath: json))
    }
}
