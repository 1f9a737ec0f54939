package import WebSocket

/// Serves the files of a directory, or those that the program carries: pages, scripts, pictures.
///
/// What begins with a dot is not served, symbolic links are not followed, and what is no regular file, or too large,
/// does not exist. All of it is one answer, 404, because the difference is nobody's business.
package final class StaticFiles: Sendable {
    package struct Limits: Sendable {
        /// Pages and pictures are well below; a file is held in memory while it is sent.
        package var maxFile = ByteCount.mebibytes(8)
        /// The widget and the dashboard fit several times.
        package var maxCache = ByteCount.mebibytes(32)
        /// Keeps the search for the oldest entry short.
        package var maxCachedFiles = 512
        /// Each segment is opened on the way; nobody nests pages deeper.
        package var maxDepth = 16

        package init() {}
    }

    /// What `tools/pack.py` puts beside a file: the same, compressed once and not for each request.
    private static let compressedEnding = ".gz"

    private enum Source: Sendable {
        case folder(Folder)
        case embedded(EmbeddedPages)
    }

    /// A directory, and what was read of it.
    private final class Folder: Sendable {
        let directory: ServedDirectory
        let cache: FileCache

        init(path: String, _ limits: Limits) throws {
            directory = try ServedDirectory(path: path)
            cache = FileCache(maxBytes: limits.maxCache.bytes, maxEntries: limits.maxCachedFiles)
        }
    }

    private let source: Source
    private let limits: Limits

    /// Throws when the directory cannot be opened.
    package init(directory: String, limits: Limits = Limits()) throws {
        source = .folder(try Folder(path: directory, limits))
        self.limits = limits
    }

    package init(_ pages: EmbeddedPages) {
        source = .embedded(pages)
        limits = Limits()
    }

    /// Answers GET and HEAD for the file at `path`, which is decoded and relative to the directory. A path that ends
    /// in a slash, or is empty, means the `index.html` there. Reads the disk: not for an event loop.
    package func respond(to head: RequestHead, path: String, now: HTTPDate) -> Response {
        guard head.method == .get || head.method == .head else {
            var response = Response(.methodNotAllowed, text: "Files are only read.\n")
            response.set("Allow", "GET, HEAD")
            return response
        }
        let path = path.isEmpty || path.hasSuffix("/") ? path + "index.html" : path
        let compressed = AcceptEncoding.allowsGzip(head) ? file(at: path + Self.compressedEnding) : nil
        guard let file = compressed ?? file(at: path) else {
            return Response(.notFound, text: "There is nothing here.\n")
        }
        let modified = HTTPDate(secondsSinceEpoch: file.identity.modifiedSeconds)
        // RFC 9110 §8.8.2.1: a file from the future is as new as now.
        let lastModified = min(modified, now)
        switch Precondition.evaluate(head, entityTag: file.entityTag, lastModified: lastModified, now: now) {
        case .holds:
            var response = Response(.ok, body: file.content)
            response.set("Content-Type", ContentType.of(fileName: path))
            if compressed != nil { response.set("Content-Encoding", "gzip") }
            setValidators(of: file, lastModified, on: &response)
            return response
        case .notModified:
            var response = Response(.notModified)
            setValidators(of: file, lastModified, on: &response)
            return response
        case .failed:
            return Response(.preconditionFailed, text: "The file has changed.\n")
        }
    }

    /// The file as it is, for whoever makes something of it. Nil if there is none. Reads the disk.
    func content(of path: String) -> [UInt8]? { file(at: path)?.content }

    /// The fields that a 304 repeats as well (RFC 9110 §15.4.5).
    private func setValidators(of file: CachedFile, _ lastModified: HTTPDate, on response: inout Response) {
        // Neither can fail: tags and dates are made of visible characters.
        if let entityTag = file.entityTag { try? response.set("ETag", checking: entityTag.text) }
        try? response.set("Last-Modified", checking: lastModified.text)
        // A cache on the way must not hand the compressed form to who cannot read it (RFC 9110 §12.5.5).
        response.set("Vary", "Accept-Encoding")
        // Ask each time, and get a 304: a new release is seen at once.
        response.set("Cache-Control", "no-cache")
        response.set("X-Content-Type-Options", "nosniff")
    }

    private func file(at path: String) -> CachedFile? {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        // "..", "." and hidden files alike.
        guard segments.count <= limits.maxDepth, segments.allSatisfy({ !$0.isEmpty && $0.first != "." }),
            !path.utf8.contains(0)
        else { return nil }
        switch source {
        case .embedded(let pages): return pages[path]
        case .folder(let folder): return file(at: path, segments, in: folder)
        }
    }

    private func file(at path: String, _ segments: [Substring], in folder: Folder) -> CachedFile? {
        guard let file = folder.directory.file(segments), let identity = file.identity() else { return nil }
        if let cached = folder.cache.file(at: path, identity) { return cached }
        guard identity.byteCount <= limits.maxFile.bytes,
            let content = file.read(maxBytes: limits.maxFile.bytes, expectedBytes: identity.byteCount)
        else { return nil }
        let read = CachedFile(identity: identity, content: content)
        // A file that is being written is served as it was found, but not remembered.
        if file.identity() == identity, content.count == identity.byteCount { folder.cache.keep(read, at: path) }
        return read
    }
}
