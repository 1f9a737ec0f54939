/// The body of a close frame (RFC 6455 §5.5.1, §7.4).
package enum ClosePayload {
    /// Checks the body of a received close frame. An empty one has no code, which is `.noStatus`.
    package static func decode(
        _ payload: UnsafeRawBufferPointer
    ) throws(ProtocolFailure) -> (code: CloseCode, reason: UnsafeRawBufferPointer) {
        guard payload.count > 0 else { return (.noStatus, payload) }
        guard payload.count >= 2 else { throw .truncatedCloseCode }
        let code = CloseCode(rawValue: UInt16(payload[0]) << 8 | UInt16(payload[1]))
        guard code.isValidOnTheWire else { throw .invalidCloseCode }
        let reason = UnsafeRawBufferPointer(rebasing: payload[2...])
        guard UTF8Validator.isValid(reason) else { throw .invalidCloseReason }
        return (code, reason)
    }

    /// A body with this code and as much of the reason as fits into 125 bytes, cut between two scalars.
    package static func encode(_ code: CloseCode, _ reason: String, into buffer: inout ByteBuffer) {
        guard code.isValidOnTheWire else { return }  // `.noStatus`: an empty body says the same
        buffer.append(UInt8(truncatingIfNeeded: code.rawValue >> 8))
        buffer.append(UInt8(truncatingIfNeeded: code.rawValue))
        var room = FrameHeader.maxControlPayloadBytes - 2
        for scalar in reason.unicodeScalars {
            let encoded = UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
            guard encoded.count <= room else { break }
            for unit in encoded { buffer.append(unit) }
            room -= encoded.count
        }
    }
}
