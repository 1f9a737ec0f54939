/// What holds for every message that a connection receives.
public struct MessageRules: Sendable {
    /// Who sends to us.
    public var peer: Role
    /// Bytes of one message, after decompression.
    public var maxMessageBytes: Int

    @inlinable public init(peer: Role, maxMessageBytes: Int) {
        self.peer = peer
        self.maxMessageBytes = maxMessageBytes
    }
}
