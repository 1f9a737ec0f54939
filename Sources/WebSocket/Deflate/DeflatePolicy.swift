/// What this endpoint wants of permessage-deflate (RFC 7692), before it has met a peer.
///
/// The names say whose compressor is meant, not who we are: the same policy serves both roles. The defaults are those of
/// a server with many idle connections: nobody keeps a context, so one compressor a loop serves all of them and an idle
/// connection owns no decompressor. A kept context costs about 268 KB for a compressor and 40 KB for a decompressor, per
/// connection, at 15 window bits.
package struct DeflatePolicy: Sendable, Equatable {
    /// The window sizes zlib can compress raw DEFLATE with, in bits. RFC 7692 §7.1.2 also knows 8, but `deflateInit2`
    /// refuses it or, in older releases, silently takes 9.
    package static let compressibleWindowBits = 9...15

    /// Of 512 bytes of JSON level 1 leaves 351 and level 6 leaves 350; of long texts level 6 leaves a few per cent less,
    /// at twice the time.
    package static let defaultCompressionLevel = 1

    /// Bytes. Without a context a shorter text has little to refer back to: of 128 bytes of JSON 107 are left, less of
    /// a gain than the headers of the packet that carries them, for 3 to 5 µs of the loop's time.
    package static let defaultMinimumMessageBytes = 256

    /// The server's compressor remembers earlier messages of the same connection.
    package var serverKeepsContext: Bool
    /// The client's compressor may remember earlier messages, so the server must keep a decompressor for it.
    package var clientKeepsContext: Bool
    /// Base-2 logarithm of the largest LZ77 window the server compresses with.
    package var serverMaxWindowBits: Int
    /// Base-2 logarithm of the largest LZ77 window the client is asked to compress with.
    package var clientMaxWindowBits: Int
    /// zlib's level of the compressor: 0 (stored) to 9 (smallest).
    package var compressionLevel: Int
    /// Messages with fewer bytes are sent as they are, which RFC 7692 §6 leaves to the sender message by message.
    package var minimumMessageBytes: Int

    package init(
        serverKeepsContext: Bool = false, clientKeepsContext: Bool = false, serverMaxWindowBits: Int = 15,
        clientMaxWindowBits: Int = 15, compressionLevel: Int = defaultCompressionLevel,
        minimumMessageBytes: Int = defaultMinimumMessageBytes
    ) {
        precondition(Self.compressibleWindowBits ~= serverMaxWindowBits, "server window bits \(serverMaxWindowBits)")
        precondition(Self.compressibleWindowBits ~= clientMaxWindowBits, "client window bits \(clientMaxWindowBits)")
        precondition(0...9 ~= compressionLevel, "compression level \(compressionLevel)")
        precondition(minimumMessageBytes >= 0, "minimum message of \(minimumMessageBytes) bytes")
        self.serverKeepsContext = serverKeepsContext
        self.clientKeepsContext = clientKeepsContext
        self.serverMaxWindowBits = serverMaxWindowBits
        self.clientMaxWindowBits = clientMaxWindowBits
        self.compressionLevel = compressionLevel
        self.minimumMessageBytes = minimumMessageBytes
    }

    /// What a message for many connections is compressed with: nothing remembered, the largest window that is offered.
    package var publishing: DeflateParameters {
        DeflateParameters(
            serverNoContextTakeover: true, clientNoContextTakeover: true, serverMaxWindowBits: serverMaxWindowBits,
            clientMaxWindowBits: clientMaxWindowBits)
    }
}
