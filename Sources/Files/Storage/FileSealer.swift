import COpenSSL

/// Seals a file while it arrives: AES-256-GCM in chunks, under a key of this file's own, which is used for nothing else and
/// for this file once (docs/decisions/0015).
///
/// What is stored: version (1 byte, 1), then for each 64 KiB of content its ciphertext and tag (16). A chunk's nonce is its
/// number (8 bytes, big endian), three zeros, and 1 for the last chunk, else 0: so chunks can be neither exchanged nor left
/// out, and a file that was cut at a chunk's end has no last one (STREAM; Hoang, Reyhanitabar, Rogaway, Vizár 2015).
package struct FileSealer: ~Copyable {
    static let version: UInt8 = 1
    package static let chunkBytes = 64 << 10
    static let tagBytes = 16

    private let cipher: ChunkCipher
    private let file: SpooledFile
    private var waiting: [UInt8] = []
    private var chunks: UInt64 = 0

    package init(_ key: FileKey, into file: SpooledFile) throws(FilesError) {
        let cipher = try ChunkCipher(key, seals: true)
        try file.append([Self.version])
        self.cipher = cipher
        self.file = file
    }

    package mutating func append(_ bytes: [UInt8]) throws(FilesError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            // A full one waits until more comes: it may be the last.
            if waiting.count == Self.chunkBytes { try sealWaiting(isLast: false) }
            let taken = rest.prefix(Self.chunkBytes - waiting.count)
            waiting += taken
            rest = rest[taken.endIndex...]
        }
    }

    /// Nothing may be appended after it.
    package mutating func finish() throws(FilesError) { try sealWaiting(isLast: true) }

    private mutating func sealWaiting(isLast: Bool) throws(FilesError) {
        try file.append(try cipher.run(waiting[...], chunk: chunks, isLast: isLast))
        chunks += 1
        waiting.removeAll(keepingCapacity: true)
    }

    /// How much content is in so many stored bytes; nil where no content has that length.
    package static func contentBytes(ofStored stored: Int64) -> Int64? {
        let sealed = Int64(chunkBytes + tagBytes)
        guard stored > Int64(tagBytes) else { return nil }
        let whole = (stored - 1) / sealed
        let rest = (stored - 1) % sealed
        guard rest == 0 || rest >= Int64(tagBytes) else { return nil }
        return whole * Int64(chunkBytes) + (rest == 0 ? 0 : rest - Int64(tagBytes))
    }
}

/// A file's own key: 256 random bits. It stands sealed in the file's row.
package struct FileKey: Hashable, Sendable {
    package static let byteCount = 32

    package let bytes: [UInt8]

    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    package static func random() throws(FilesError) -> FileKey {
        var bytes = [UInt8](repeating: 0, count: byteCount)
        guard RAND_bytes(&bytes, Int32(byteCount)) == 1, let key = FileKey(bytes: bytes) else {
            throw .unavailable("OpenSSL gives no random bytes")
        }
        return key
    }
}

/// Opens a stored file chunk by chunk. What it gives is genuine; that it was all shows only when `next` answers nil.
package struct FileOpener: ~Copyable {
    private let cipher: ChunkCipher
    private let read: (_ offset: Int64, _ count: Int) throws(FilesError) -> [UInt8]
    private let stored: Int64
    private var offset: Int64 = 1
    private var chunks: UInt64 = 0

    /// Of content.
    package let byteCount: Int64

    package init(_ name: StorageName, in storage: any FileStorage, _ key: FileKey) throws(FilesError) {
        try self.init(stored: try storage.byteCount(of: name), key) { offset, count throws(FilesError) in
            try storage.read(name, at: offset, count: count)
        }
    }

    /// `stored`: bytes that `read` reads from.
    init(
        stored: Int64, _ key: FileKey,
        read: @escaping (_ offset: Int64, _ count: Int) throws(FilesError) -> [UInt8]
    ) throws(FilesError) {
        guard let byteCount = FileSealer.contentBytes(ofStored: stored), try read(0, 1) == [FileSealer.version] else {
            throw .tampered
        }
        let cipher = try ChunkCipher(key, seals: false)
        self.stored = stored
        self.byteCount = byteCount
        self.read = read
        self.cipher = cipher
    }

    /// At most 64 KiB; nil after the last.
    package mutating func next() throws(FilesError) -> [UInt8]? {
        guard offset < stored else { return nil }
        let bytes = try read(offset, FileSealer.chunkBytes + FileSealer.tagBytes)
        guard !bytes.isEmpty else { throw .tampered }
        offset += Int64(bytes.count)
        defer { chunks += 1 }
        return try cipher.run(bytes[...], chunk: chunks, isLast: offset >= stored)
    }

    /// The whole content, of at most `limit` bytes.
    package mutating func all(upTo limit: Int) throws(FilesError) -> [UInt8] {
        guard byteCount <= Int64(limit) else { throw .tampered }
        var content: [UInt8] = []
        content.reserveCapacity(Int(byteCount))
        while let chunk = try next() { content += chunk }
        return content
    }
}

/// AES-256-GCM for the chunks of one file, in one direction.
private final class ChunkCipher {
    private let context: OpaquePointer
    private let seals: Bool

    init(_ key: FileKey, seals: Bool) throws(FilesError) {
        guard let context = EVP_CIPHER_CTX_new() else { throw .unavailable("OpenSSL makes no context") }
        self.context = context
        self.seals = seals
        guard EVP_CipherInit_ex(context, EVP_aes_256_gcm(), nil, key.bytes, nil, seals ? 1 : 0) == 1 else {
            throw .unavailable("OpenSSL has no AES-256-GCM")
        }
    }

    // Wipes the key schedule, too.
    deinit { EVP_CIPHER_CTX_free(context) }

    func run(_ bytes: ArraySlice<UInt8>, chunk: UInt64, isLast: Bool) throws(FilesError) -> [UInt8] {
        let tagBytes = FileSealer.tagBytes
        guard seals || bytes.count >= tagBytes else { throw .tampered }
        let input = seals ? bytes : bytes.dropLast(tagBytes)
        var tag = seals ? [UInt8](repeating: 0, count: tagBytes) : Array(bytes.suffix(tagBytes))
        let nonce = withUnsafeBytes(of: chunk.bigEndian) { Array($0) } + [0, 0, 0, isLast ? 1 : 0]
        var isGood = false
        var output = [UInt8](unsafeUninitializedCapacity: input.count) { buffer, count in
            var written: Int32 = 0
            var rest: UInt8 = 0
            isGood =
                EVP_CipherInit_ex(context, nil, nil, nil, nonce, seals ? 1 : 0) == 1
                && EVP_CipherUpdate(context, nil, &written, [FileSealer.version], 1) == 1
                && input.withUnsafeBufferPointer { input in
                    input.isEmpty
                        || EVP_CipherUpdate(
                            context, buffer.baseAddress, &written, input.baseAddress, Int32(input.count)) == 1
                }
            if isGood, !seals {
                isGood = EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tagBytes), &tag) == 1
            }
            isGood = isGood && EVP_CipherFinal_ex(context, &rest, &written) == 1
            if isGood, seals {
                isGood = EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(tagBytes), &tag) == 1
            }
            count = isGood ? input.count : 0
            // What was deciphered before the tag was checked is nobody's to see.
            if !isGood, let start = buffer.baseAddress { OPENSSL_cleanse(start, input.count) }
        }
        guard isGood else { throw seals ? .unavailable("OpenSSL does not seal") : .tampered }
        if seals { output += tag }
        return output
    }
}
