import CaseStore
import Foundation

/// `data`: whether it can be used, by nobody else, and has room.
struct DataCheck {
    private static let littleRoom: UInt64 = 1 << 30
    /// SQLite's locks and its log's shared memory do not hold there.
    private static let networkFileSystems: Set<Substring> = ["nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p", "afs"]

    let check: ConfigurationCheck
    let isOpen: Bool

    init(_ check: ConfigurationCheck, isOpen: Bool) {
        self.check = check
        self.isOpen = isOpen
    }

    var findings: [ConfigurationFinding] {
        let path = check.data.path
        var status = stat()
        guard stat(path, &status) == 0 else { return [missing(path, errno)] }
        guard status.st_mode & S_IFMT == S_IFDIR else { return [.wrong("data", "'\(path)' is not a directory.")] }
        guard access(path + "/", R_OK | W_OK | X_OK) == 0 else {
            return [
                .wrong(
                    "data", "'\(path)' cannot be written to by user \(geteuid()): \(String(cString: strerror(errno))).")
            ]
        }
        var findings: [ConfigurationFinding] = []
        if status.st_mode & 0o077 != 0 {
            findings.append(
                .doubtful("data", "Others here may look into '\(path)', which holds the keys. Run: chmod 700 '\(path)'")
            )
        }
        if let problem = HouseCheck.problemOfKeys(check.data), check.cluster == nil || !problem.contains("missing") {
            findings.append(.wrong("data", problem))
        }
        findings += room(path)
        guard findings.isEmpty else { return findings }
        return [.fine("data", isOpen ? "'\(path)' is in use by a house that runs." : "'\(path)' can be used.")]
    }

    private func missing(_ path: String, _ code: Int32) -> ConfigurationFinding {
        let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        guard code == ENOENT, access(parent.isEmpty ? "/" : parent, W_OK | X_OK) == 0 else {
            return .wrong("data", "'\(path)' is not there and cannot be made: \(String(cString: strerror(code))).")
        }
        return .doubtful("data", "'\(path)' is not there, and is made at the start, empty. Is its disk mounted?")
    }

    private func room(_ path: String) -> [ConfigurationFinding] {
        var findings: [ConfigurationFinding] = []
        var system = statvfs()
        if statvfs(path, &system) == 0 {
            let free = UInt64(system.f_bavail) * UInt64(system.f_frsize)
            if free < Self.littleRoom {
                findings.append(.doubtful("data", "'\(path)' has \(free >> 20) MB left."))
            }
        }
        if let kind = fileSystem(of: path), Self.networkFileSystems.contains(kind) {
            findings.append(
                .wrong("data", "'\(path)' is on a network file system, which is no place for the database."))
        }
        return findings
    }

    /// Of the mount whose point is the longest that the path begins with (proc(5), mountinfo).
    private func fileSystem(of path: String) -> Substring? {
        let real = FileManager.default.destination(of: path)
        guard let mounts = try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
        else { return nil }
        var best: (length: Int, kind: Substring)?
        for line in mounts.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count > 6, let dash = words.firstIndex(of: "-"), dash + 1 < words.count else { continue }
            let point = words[4] == "/" ? "/" : words[4] + "/"
            if (real + "/").hasPrefix(point), point.count >= best?.length ?? 0 { best = (point.count, words[dash + 1]) }
        }
        return best?.kind
    }
}

extension FileManager {
    /// Without links on its way.
    fileprivate func destination(of path: String) -> String {
        URL(filePath: path).resolvingSymlinksInPath().standardizedFileURL.path(percentEncoded: false)
            .trimmingSuffix(while: { $0 == "/" })
    }
}

extension String {
    fileprivate func trimmingSuffix(while isCut: (Character) -> Bool) -> String {
        var text = self
        while let last = text.last, isCut(last) { text.removeLast() }
        return text
    }
}
