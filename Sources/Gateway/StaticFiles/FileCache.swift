import Synchronization
import WebSocket

/// A file's content as it was read, with the tag that names it.
struct CachedFile: Sendable {
    let identity: ServedDirectory.Identity
    let content: [UInt8]
    let entityTag: EntityTag?

    /// The tag is a strong one, made from the content. Size and time of change would be cheaper, but differ between
    /// two nodes that serve the same release, so that a browser whose requests reach both would load everything again;
    /// and the content is read for the cache anyway. FNV-1a with 64 bits is enough where nobody attacks: the files are
    /// our own.
    init(identity: ServedDirectory.Identity, content: [UInt8]) {
        self.identity = identity
        self.content = content
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in content { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        entityTag = EntityTag(String(hash, radix: 36) + "-" + String(content.count, radix: 36))
    }
}

/// Keeps the files that were served last, up to a total size. An entry is used only while the file on the disk is the
/// one that was read.
final class FileCache: Sendable {
    private struct Entry {
        let file: CachedFile
        var lastUse: Int
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var totalBytes = 0
        var uses = 0

        mutating func remove(_ path: String) {
            guard let entry = entries.removeValue(forKey: path) else { return }
            totalBytes -= entry.file.content.count
        }
    }

    private let maxBytes: Int
    private let maxEntries: Int
    private let state = Mutex(State())

    init(maxBytes: Int, maxEntries: Int) {
        self.maxBytes = maxBytes
        self.maxEntries = maxEntries
    }

    func file(at path: String, _ identity: ServedDirectory.Identity) -> CachedFile? {
        state.withLock { state in
            guard let entry = state.entries[path], entry.file.identity == identity else { return nil }
            state.uses &+= 1
            state.entries[path]?.lastUse = state.uses
            return entry.file
        }
    }

    /// Makes room by dropping what was not used for the longest time: a search, but only when a file is read.
    func keep(_ file: CachedFile, at path: String) {
        guard file.content.count <= maxBytes, maxEntries > 0 else { return }
        state.withLock { state in
            state.remove(path)
            while state.totalBytes > maxBytes - file.content.count || state.entries.count >= maxEntries {
                guard let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse }) else { break }
                state.remove(oldest.key)
            }
            state.uses &+= 1
            state.entries[path] = Entry(file: file, lastUse: state.uses)
            state.totalBytes += file.content.count
        }
    }
}
