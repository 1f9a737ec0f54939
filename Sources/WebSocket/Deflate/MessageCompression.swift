/// permessage-deflate as the frame codec sees it (RFC 7692): whole messages in, whole messages out.
///
/// Where neither side keeps its context from one message to the next, one instance serves every connection of an event
/// loop with the same parameters; otherwise a connection has its own. The compressor (some 270 KB at full window) and
/// the decompressor (some 40 KB) are made at first use.
package final class MessageCompression {
    package let parameters: DeflateParameters
    private let role: Role
    private let level: Int
    private var inflater: Inflater?
    private var deflater: Deflater?
    private var inflated = ByteBuffer()

    /// Kept of the output buffer between two messages; more goes back to the allocator.
    private static let keptBytes = 64 * 1024

    package enum Inflated {
        /// Valid until the next call.
        case message(UnsafeMutableRawBufferPointer)
        case failed(ProtocolFailure)
    }

    package init(_ parameters: DeflateParameters, role: Role, policy: DeflatePolicy) {
        self.parameters = parameters
        self.role = role
        level = policy.compressionLevel
    }

    /// Whether one instance can serve several connections.
    package static func isShareable(_ parameters: DeflateParameters) -> Bool {
        parameters.serverNoContextTakeover && parameters.clientNoContextTakeover
    }

    private var peerForgets: Bool {
        switch role {
        case .server: parameters.clientNoContextTakeover
        case .client: parameters.serverNoContextTakeover
        }
    }

    private var weForget: Bool {
        switch role {
        case .server: parameters.serverNoContextTakeover
        case .client: parameters.clientNoContextTakeover
        }
    }

    /// Decompresses one message of at most `limit` bytes; the limit holds while it inflates.
    package func inflate(_ message: UnsafeRawBufferPointer, limit: Int) -> Inflated {
        if inflater == nil {
            let bits = role == .server ? parameters.clientMaxWindowBits : parameters.serverMaxWindowBits
            inflater = Inflater(windowBits: bits)
        }
        inflated.removeAll(keepingCapacity: Self.keptBytes)
        guard var engine = inflater.take() else { return .failed(.messageTooBig) }
        var outcome = engine.inflate(message, into: &inflated, limit: limit)
        if outcome == .consumed { outcome = engine.finishMessage(into: &inflated, limit: limit) }
        if peerForgets || outcome != .consumed { engine.reset() }
        inflater = consume engine
        switch outcome {
        case .consumed: return .message(inflated.bytes)
        case .tooBig: return .failed(.messageTooBig)
        case .corrupt: return .failed(.invalidCompression)
        }
    }

    /// Appends the compressed message; `false` when no memory could be had for a compressor (send it plain).
    package func deflate(_ message: UnsafeRawBufferPointer, into output: inout ByteBuffer) -> Bool {
        if deflater == nil {
            let bits = role == .server ? parameters.serverMaxWindowBits : parameters.clientMaxWindowBits
            deflater = Deflater(windowBits: bits, level: level)
        }
        guard var engine = deflater.take() else { return false }
        engine.deflate(message, into: &output)
        if weForget { engine.reset() }
        deflater = consume engine
        return true
    }
}
