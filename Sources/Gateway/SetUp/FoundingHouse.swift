package import CaseStore
import Glibc

/// `foyer init`: opens a house for long enough to give it its first organisation.
package enum FoundingHouse {
    /// Throws `DirectoryError` for what was typed, and in words what keeps the house from being opened.
    package static func found(
        _ house: FirstHouse, in data: DataDirectory, _ cluster: ClusterSettings?
    ) throws -> Member {
        try DataFolder.make(data.path)
        let settings = Directory.Settings()
        let storage =
            try cluster.map { try Storage.shared($0, in: data, settings) }
            ?? Storage.embedded(in: data, settings)
        let member = try storage.directory.found(house, at: SystemClock.now().wall)
        try storage.directory.signAudit(at: SystemClock.now().wall, isClosing: true)
        return member
    }
}

/// The directory that a house is in.
enum DataFolder {
    /// For the server's own user alone: it holds the keys, too.
    static func make(_ path: String) throws(StartError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw StartError(
                "The data directory '\(path)' cannot be made: \(String(cString: strerror(errno))). "
                    + "Name another one with --data.")
        }
        guard access(path + "/", R_OK | W_OK | X_OK) == 0 else {
            throw StartError(
                "The data directory '\(path)' cannot be written to: \(String(cString: strerror(errno))). "
                    + "Name another one with --data, or give this one to the user that runs Foyer.")
        }
    }
}
