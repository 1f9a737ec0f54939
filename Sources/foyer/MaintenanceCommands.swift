import ArgumentParser
import CaseMachine
import CaseStore
import Foundation

/// What is done to a house that is closed; each refuses one that is open.
struct ClosedHouse: ParsableArguments {
    @Option(help: ArgumentHelp("The house's data directory.", valueName: "dir"))
    var data: String

    var directory: DataDirectory { DataDirectory(path: data) }

    func validate() throws {
        guard FileManager.default.fileExists(atPath: directory.database) else {
            throw ValidationError("There is no house in '\(data)': \(directory.database) is missing.")
        }
    }

    /// The keys, and the database; the latter holds the lock by which one process at a time has the house.
    func open(isRestored: Bool = false) throws -> (Vault, SQLiteStore) {
        let vault = try Vault.open(directory, missingMasterKey: .refuse)
        var settings = SQLiteStore.Settings()
        settings.isRestored = isRestored
        return (vault, try SQLiteStore(directory, vault, settings))
    }
}

extension Foyer {
    struct RotateKey: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rotate-key",
            abstract: "Give a closed house another master key.",
            discussion: """
                Wraps the organisations' keys anew and wipes the old master key; conversations stay as they are. What \
                that is good for is said in docs/security.md. Repeat it if it was interrupted: it goes on where it was. \
                Then make a new backup of DIR/keys: an older one needs the older master key, which it holds.
                """)

        @OptionGroup var house: ClosedHouse

        func run() throws {
            let (vault, store) = try house.open()
            try vault.rotateMasterKey()
            withExtendedLifetime(store) {}
            print("The house in '\(house.data)' has a new master key.")
        }
    }

    struct Restored: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say that a closed house was put back from a backup.",
            discussion: """
                Its log becomes another one, so that clients who have seen more than it knows start afresh instead of \
                taking what comes next for what they have. Once after each restore, before the house is opened.
                """)

        @OptionGroup var house: ClosedHouse

        func run() throws {
            let (_, store) = try house.open(isRestored: true)
            print("The house in '\(house.data)' was restored: its log is number \(store.generation) now.")
        }
    }
}
