import ArgumentParser
import Foundation

/// `foyer serve --config FILE`: the long options, one a line.
///
/// Read before the command line is parsed, and put in front of it as the same options; so there is one place that says what
/// there is to set, and what is wrong with a value.
struct ConfigurationFile {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    struct Entry: Equatable {
        let key: String
        let value: String
        let line: Int
    }

    /// A secret that is a line of its own, and a hundred options, fit well into it.
    private static let longest = 1 << 20

    let path: String
    let entries: [Entry]

    init(path: String) throws { try self.init(path: path, text: try Self.text(path)) }

    static func text(_ path: String) throws -> String {
        guard let file = FileHandle(forReadingAtPath: path), let data = try file.read(upToCount: Self.longest + 1)
        else {
            throw Failure(description: "The configuration '\(path)' cannot be read, or is empty.")
        }
        guard data.count <= Self.longest else {
            throw Failure(description: "The configuration '\(path)' is longer than \(Self.longest) bytes.")
        }
        return String(decoding: data, as: UTF8.self)
    }

    init(path: String, text: String) throws {
        self.init(path: path, entries: try Self.lines(path, text).map { try $0.get() })
    }

    /// Without the lines that say nothing.
    init(path: String, entries: [Entry]) {
        self.path = path
        self.entries = entries
    }

    /// Each line that says something, or what is wrong with it.
    static func lines(_ path: String, _ text: String) -> [Result<Entry, Failure>] {
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
            let line = line.trimmingCharacters(in: .whitespaces)
            guard !line.isEmpty, !line.hasPrefix("#") else { return nil }
            guard let equals = line.firstIndex(of: "=") else {
                return .failure(Failure(description: "\(path):\(index + 1): expected 'key = value'."))
            }
            let key = line[..<equals].trimmingCharacters(in: .whitespaces)
            let value = line[line.index(after: equals)...].trimmingCharacters(in: .whitespaces)
            return .success(Entry(key: key, value: value, line: index + 1))
        }
    }

    /// As they would stand on the command line, without those that do stand there.
    func arguments(_ options: KnownOptions, without given: Set<String>) throws -> [String] {
        try entries.flatMap { entry in try argument(entry, options, without: given) }
    }

    func argument(_ entry: Entry, _ options: KnownOptions, without given: Set<String>) throws(Failure) -> [String] {
        let place = place(of: entry)
        guard entry.key != "config", let kind = options.kinds[entry.key] else {
            throw Failure(
                description: "\(place): there is no option '\(entry.key)'. 'foyer serve --help' lists them all.")
        }
        switch kind {
        case .value:
            guard !entry.value.isEmpty else {
                throw Failure(description: "\(place): '\(entry.key)' has no value. Remove the line, or give it one.")
            }
            return given.contains(entry.key) ? [] : ["--\(entry.key)=\(entry.value)"]
        case .flag:
            guard entry.value == "true" || entry.value == "false" else {
                throw Failure(description: "\(place): '\(entry.key)' is either true or false.")
            }
            return entry.value == "true" && !given.contains(entry.key) ? ["--\(entry.key)"] : []
        }
    }

    /// The line that a message about an option is about, if it came from here. Of several with that key, the first whose
    /// value is named.
    func entry(of message: String) -> Entry? {
        let named = entries.filter { message.contains("--\($0.key)") }
        return named.first { message.contains($0.value) } ?? named.first
    }

    func place(of message: String) -> String? { entry(of: message).map(place) }

    private func place(of entry: Entry) -> String { "\(path):\(entry.line)" }
}

/// The long options of a command, as its own help lists them.
struct KnownOptions {
    enum Kind {
        case value
        case flag
    }

    let kinds: [String: Kind]

    init(help: String) {
        var kinds: [String: Kind] = [:]
        for line in help.split(separator: "\n") {
            guard let found = line.firstMatch(of: /^ +(?:-\w, )?--([a-z-]+)( <)?/) else { continue }
            let name = String(found.1)
            // What ends the program at once is nothing to configure.
            guard name != "help", name != "version" else { continue }
            kinds[name] = found.2 == nil ? .flag : .value
        }
        self.kinds = kinds
    }
}
