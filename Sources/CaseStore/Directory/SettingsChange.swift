import Foundation

/// What of some settings was changed, in words for the audit trail: which, and numbers and switches as they were and are.
/// Of texts only a keyed hash stands there, since the trail outlives what is erased.
enum SettingsChange {
    /// A row of the trail is no place for all of a long list; which list it was stands there.
    static let mostBytes = 2000

    static func words(
        from before: some Encodable, to after: some Encodable, hash: (String) throws -> [UInt8]
    ) throws -> String {
        let (before, after) = (try leaves(before), try leaves(after))
        let changed = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] && $0 != "revision" }
        var words = ""
        for path in changed.sorted() {
            let word = "\(path): \(try text(before[path], hash)) → \(try text(after[path], hash))"
            guard words.utf8.count + word.utf8.count < mostBytes else { return words + "; …" }
            words += (words.isEmpty ? "" : "; ") + word
        }
        return words
    }

    private enum Leaf: Equatable {
        case text(String)
        /// A number or a switch.
        case plain(String)
    }

    private static func text(_ leaf: Leaf?, _ hash: (String) throws -> [UInt8]) throws -> String {
        switch leaf {
        case nil: "none"
        case .plain(let text): text
        case .text(let text): "#" + Hex.text(Array(try hash(text).prefix(6)))
        }
    }

    private static func leaves(_ value: some Encodable) throws -> [String: Leaf] {
        let json = try JSONSerialization.jsonObject(with: try JSONEncoder().encode(value))
        var found: [String: Leaf] = [:]
        collect(json, "", &found)
        return found
    }

    private static func collect(_ value: Any, _ path: String, _ found: inout [String: Leaf]) {
        switch value {
        case let object as [String: Any]:
            for (name, value) in object { collect(value, path.isEmpty ? name : "\(path).\(name)", &found) }
        case let list as [Any]:
            for (index, value) in list.enumerated() { collect(value, "\(path)[\(index)]", &found) }
        case let text as String: found[path] = .text(text)
        case is NSNull: break
        default: found[path] = .plain("\(value)")
        }
    }
}
