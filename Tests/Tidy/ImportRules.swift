/// Which modules a module of `Sources` may import (DESIGN §3: imports point inward).
///
/// The build checks that a target imports only what its manifest entry lists; it does not see system modules, nor who
/// extends the manifest. This table does.
enum ImportRules {
    static let core: Set<String> = ["CaseMachine", "Presence", "WebSocket", "Wire", "Feed", "Mutants"]

    private static let coreExtras: [String: Set<String>] = ["WebSocket": ["CZlib"], "Wire": ["FoundationEssentials"]]
    /// Cases are stored facts, presence is guesswork that expires: neither may lean on the other.
    private static let strangers: [String: String] = ["CaseMachine": "Presence", "Presence": "CaseMachine"]

    private static let shell: [String: Set<String>] = [
        "Reactor": ["CLinux", "COpenSSL"],
        "Broker": ["CHiredis", "Reactor"],
        "CaseStore": ["COpenSSL", "CPostgres", "GRDB", "GRDBSQLite", "Reactor"],
        "Files": ["COpenSSL", "CZlib"],
        "HTTPClient": ["CCurl"],
        "Notifications": ["COpenSSL", "HTTPClient"],
    ]
    private static let system: Set<String> = ["Glibc", "Synchronization", "Foundation", "FoundationEssentials"]

    /// These put the house together and see everything.
    private static let unrestricted: Set<String> = ["Gateway", "Simulation", "foyer"]

    static func findings(_ file: TextFile) -> [Finding] {
        guard file.kind == "swift", let module = file.module, !unrestricted.contains(module) else { return [] }
        guard let allowed = allowed(module) else {
            return [Finding(path: file.path, line: 0, message: "no rule says what \(module) may import")]
        }
        return imports(file).filter { !allowed.contains($0.name) }.map {
            Finding(path: file.path, line: $0.line, message: "\(module) may not import \($0.name)")
        }
    }

    private static func allowed(_ module: String) -> Set<String>? {
        if core.contains(module) {
            var allowed = core.union(coreExtras[module] ?? []).union(["Swift"])
            allowed.remove(strangers[module] ?? "")
            return allowed
        }
        return shell[module].map { $0.union(core).union(system) }
    }

    private static func imports(_ file: TextFile) -> [(name: String, line: Int)] {
        let statement =
            /^\s*(?:@\w+(?:\(\w*\))?\s+)*(?:(?:private|fileprivate|internal|package|public)\s+)?import\s+(?:(?:struct|class|enum|protocol|typealias|func|let|var)\s+)?(\w+)/
        return SwiftCode(file).lines.enumerated().compactMap { index, line in
            guard line.contains("import"), let match = line.firstMatch(of: statement) else { return nil }
            return (String(match.1), index + 1)
        }
    }
}
