import CPages

/// The pages inside the program: an archive that tools/archive.py has made, read once at the start.
package struct EmbeddedPages: Sendable {
    private let files: [String: CachedFile]

    /// What this program carries; nil where it carries none, as all but release builds.
    package static let own: EmbeddedPages? = {
        var byteCount = 0
        guard let start = cpages_archive(&byteCount) else { return nil }
        return EmbeddedPages(archive: UnsafeRawBufferPointer(start: start, count: byteCount))
    }()

    /// Nil for what is no such archive.
    init?(archive: UnsafeRawBufferPointer) {
        var rest = archive[...]
        func take(_ count: Int) -> UnsafeRawBufferPointer? {
            guard count <= rest.count else { return nil }
            defer { rest = rest.dropFirst(count) }
            return UnsafeRawBufferPointer(rebasing: rest.prefix(count))
        }
        func number(_ byteCount: Int) -> Int? {
            take(byteCount).map { $0.reversed().reduce(0) { $0 &<< 8 | Int($1) } }
        }
        guard take(8)?.elementsEqual("foyerpg1".utf8) == true, let moment = number(8) else { return nil }
        var files: [String: CachedFile] = [:]
        while !rest.isEmpty {
            guard let nameCount = number(2), let contentCount = number(4), let name = take(nameCount),
                let content = take(contentCount)
            else { return nil }
            let identity = ServedDirectory.Identity(
                device: 0, inode: 0, byteCount: contentCount, modifiedSeconds: moment, modifiedNanoseconds: 0)
            files[String(decoding: name, as: UTF8.self)] = CachedFile(identity: identity, content: Array(content))
        }
        self.files = files
    }

    var names: [String] { files.keys.sorted() }

    subscript(path: String) -> CachedFile? { files[path] }
}
