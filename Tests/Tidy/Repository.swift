import Foundation

/// One text file of the project, by its path from the project's root.
struct TextFile: Sendable {
    let path: String
    let lines: [String]

    init(_ path: String, _ text: String) {
        self.path = path
        // By scalars: as a Character, a carriage return and a newline are one, and no newline would be found.
        lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
    }

    /// The extension without its dot; empty for `Makefile` and the like.
    var kind: String { (path as NSString).pathExtension }

    /// `WebSocket` for `Sources/WebSocket/Deflate/Inflater.swift`, nil outside of `Sources`.
    var module: String? {
        let parts = path.split(separator: "/")
        return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
    }
}

/// What a check found, as `path:line: what is wrong`.
struct Finding: Equatable, CustomStringConvertible {
    let path: String
    /// From 1; 0 where the whole file is meant.
    let line: Int
    let message: String

    var description: String { "\(path):\(line): \(message)" }
}

/// The project as it lies on the disk, without what git ignores and what is not text.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static let ignoredFolders: Set<String> = [
        ".git", ".venv", "results", "__pycache__", "node_modules", "corpus",
    ]
    private static let textKinds: Set<String> = [
        "swift", "c", "h", "modulemap", "js", "mjs", "css", "html", "py", "toml", "md", "txt", "json", "yml", "yaml",
    ]
    private static let textNames: Set<String> = [
        "Makefile", "bootstrap", "run", ".gitignore", ".editorconfig", ".swift-format",
    ]

    static func files() throws -> [TextFile] {
        var files: [TextFile] = []
        try collect(root, "", into: &files)
        return files.sorted { $0.path < $1.path }
    }

    private static func collect(_ folder: URL, _ prefix: String, into files: inout [TextFile]) throws {
        let entries = try FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: [.isDirectoryKey])
        for entry in entries {
            let name = entry.lastPathComponent
            let isFolder = try entry.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true
            if isFolder {
                guard !ignoredFolders.contains(name), !name.hasPrefix(".") || name == ".ci" else { continue }
                try collect(entry, prefix + name + "/", into: &files)
            } else if textKinds.contains(entry.pathExtension) || textNames.contains(name) {
                files.append(TextFile(prefix + name, try String(contentsOf: entry, encoding: .utf8)))
            }
        }
    }
}
