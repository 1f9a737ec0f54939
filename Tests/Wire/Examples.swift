import Foundation
import Testing
import Wire

/// A message as it stands in `Tests/Wire/Examples`, and in the folder `kind` of it. The file's name is the message's
/// type, with a variant behind a hyphen.
struct Example: CustomTestStringConvertible {
    let kind: String
    let name: String
    let bytes: [UInt8]

    var type: String { String(name.prefix { $0 != "-" }) }
    var testDescription: String { "\(kind)/\(name)" }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Examples")
    static let all = load()
    static let ofClients = all.filter { $0.kind == "command" }
    static let ofServers = all.filter { $0.kind != "command" }

    /// Whatever cannot be read is missing, which the tests of completeness report.
    private static func load() -> [Example] {
        let files = FileManager.default
        let kinds = (try? files.contentsOfDirectory(atPath: folder.path)) ?? []
        return kinds.sorted().flatMap { kind in
            let folder = folder.appending(path: kind)
            let names = (try? files.contentsOfDirectory(atPath: folder.path)) ?? []
            return names.sorted().compactMap { name in
                (try? Data(contentsOf: folder.appending(path: name))).map {
                    Example(kind: kind, name: String(name.prefix { $0 != "." }), bytes: Array($0))
                }
            }
        }
    }
}

/// JSON read by somebody else's reader and written with sorted names: two texts that say the same are equal.
func canonical(_ bytes: [UInt8]) throws -> String {
    let value = try JSONSerialization.jsonObject(with: Data(bytes))
    let sorted = try JSONSerialization.data(withJSONObject: value, options: [.sortedKeys, .withoutEscapingSlashes])
    return String(decoding: sorted, as: UTF8.self)
}
