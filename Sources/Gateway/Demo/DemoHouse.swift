import CaseMachine
import CaseStore
import FoundationEssentials
import Glibc

/// The demo data of a house, as far as a person must know them: the teams' addresses and the logins. Kept beside the
/// database, because the database has no password that could be told again.
package struct DemoHouse: Sendable, Codable, Equatable {
    package struct Team: Sendable, Codable, Equatable {
        /// As in addresses.
        package let id: String
        package let name: String
    }

    package struct Person: Sendable, Codable, Equatable {
        package let name: String
        package let email: String
        package let password: String
        /// In words, as the landing page shows it.
        package let rank: String
        package let teams: [String]
    }

    package let organisation: String
    package let teams: [Team]
    package let members: [Person]

    /// The demo data of this house; an empty house gets some, from one node only. Refuses a house that has an organisation
    /// of its own.
    static func provide(in directory: Directory, _ data: DataDirectory) throws -> DemoHouse {
        let path = data.path + "/demo.json"
        let made: DemoHouse? = try directory.fill {
            guard directory.roster.organisations.isEmpty else { return nil }
            let made = try DemoSeed(directory).sow()
            try write(made, to: path)
            return made
        }
        if let made { return made }
        guard let bytes = FileManager.default.contents(atPath: path),
            let known = try? JSONDecoder().decode(DemoHouse.self, from: bytes)
        else {
            throw StartError(
                "The house in '\(data.path)' is not empty, and has no demo data ('\(path)'). If another node has filled it, "
                    + "copy that node's demo.json there; otherwise start it without --demo, or give the demo a directory "
                    + "of its own with --data.")
        }
        return known
    }

    private static func write(_ demo: DemoHouse, to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let bytes = [UInt8](try encoder.encode(demo))
        // Passwords: for this user alone, from the first byte on.
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        defer { if descriptor >= 0 { close(descriptor) } }
        guard descriptor >= 0, Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
            throw StartError("'\(path)' cannot be written: \(String(cString: strerror(errno))).")
        }
    }
}
