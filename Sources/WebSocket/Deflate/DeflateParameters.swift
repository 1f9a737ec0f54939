/// What both sides of a connection agreed on for permessage-deflate (RFC 7692 §7.1).
package struct DeflateParameters: Hashable, Sendable {
    /// The server's compressor starts afresh with each message, so that one compressor can serve many connections.
    package var serverNoContextTakeover: Bool
    /// The client's compressor starts afresh with each message, so that the server needs no decompressor between two.
    package var clientNoContextTakeover: Bool
    /// Base-2 logarithm of the server's LZ77 window, 8…15.
    package var serverMaxWindowBits: Int
    /// Base-2 logarithm of the client's LZ77 window, 8…15.
    package var clientMaxWindowBits: Int

    package init(
        serverNoContextTakeover: Bool = false, clientNoContextTakeover: Bool = false, serverMaxWindowBits: Int = 15,
        clientMaxWindowBits: Int = 15
    ) {
        self.serverNoContextTakeover = serverNoContextTakeover
        self.clientNoContextTakeover = clientNoContextTakeover
        self.serverMaxWindowBits = serverMaxWindowBits
        self.clientMaxWindowBits = clientMaxWindowBits
    }
}
