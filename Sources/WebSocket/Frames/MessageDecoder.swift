/// Turns received bytes into messages and control frames: the receiving half of a WebSocket connection (RFC 6455 §5).
///
/// It works in place: payloads are unmasked where they lie in the receive buffer, and a message whose only frame has
/// arrived whole is handed out from there, uncopied. Only what is incomplete when the bytes run out is kept, so a
/// decoder between two messages owns nothing and need not exist (`isIdle`).
///
/// It is total: whatever the bytes, the answer is a message, a control frame, "need more" or a failure. After a
/// failure it must not be called again.
package struct MessageDecoder: ~Copyable {
    /// What came out of the bytes. Payloads are valid until the next call.
    package enum Output {
        case needMore
        case message(MessageKind, UnsafeMutableRawBufferPointer)
        case ping(UnsafeRawBufferPointer)
        case pong(UnsafeRawBufferPointer)
        case close(CloseCode, reason: UnsafeRawBufferPointer)
        case failed(ProtocolFailure)
    }

    /// The data frame whose payload is arriving.
    private struct Payload {
        var remaining: Int
        var consumed = 0
        var maskKey: Masking.Key?
        var isFinal: Bool
    }

    /// The message whose frames are arriving.
    private struct Partial {
        var kind: MessageKind
        var isCompressed: Bool
        var text = UTF8Validator()
    }

    private var payload: Payload?
    private var partial: Partial?
    /// The payloads of `partial` so far (still compressed where it is); handed out when its last frame ends.
    private var assembly = ByteBuffer()
    /// The front of a frame that cannot be judged yet: a part of a header, or of a control frame (at most 139 bytes).
    private var pending = ByteBuffer()
    /// `assembly` or `pending` were handed out and may go at the next call.
    private var wasHandedOut = false
    /// Frames begun since the last `takeFrameCount`, for a limit on frames a second.
    private var frameCount = 0

    package init() {}

    /// Nothing is kept: a new decoder would do as well.
    package var isIdle: Bool {
        payload == nil && partial == nil && (pending.isEmpty || wasHandedOut)
    }

    /// Bytes of memory this decoder holds beyond itself.
    package var heldBytes: Int { assembly.capacity + pending.capacity }

    package mutating func takeFrameCount() -> Int {
        defer { frameCount = 0 }
        return frameCount
    }

    /// Decodes from the front of `input` and moves it behind what it took; `.needMore` means that it took all.
    package mutating func next(
        _ input: inout UnsafeMutableRawBufferPointer, rules: MessageRules, compression: MessageCompression?
    ) -> Output {
        if wasHandedOut {
            wasHandedOut = false
            if partial == nil { assembly.removeAll() }
            pending.removeAll()
        }
        while true {
            if payload != nil {
                if let output = takePayload(&input, rules: rules, compression: compression) { return output }
            } else if !pending.isEmpty {
                if let output = completePending(&input, rules: rules, compression: compression) { return output }
            } else {
                guard input.count > 0 else { return .needMore }
                if partial == nil, let output = takeWhole(&input, rules: rules) { return output }
                let step = FrameHeader.decode(
                    UnsafeRawBufferPointer(input), from: rules.peer, allowsCompression: compression != nil)
                switch step {
                case .failed(let failure):
                    return .failed(failure)
                case .needMore:
                    return keepPending(&input)
                case .header(let header, let size):
                    if header.opcode.isControl {
                        guard input.count >= size + header.payloadCount else { return keepPending(&input) }
                        frameCount &+= 1
                        let body = Self.slice(input, size, header.payloadCount)
                        input = UnsafeMutableRawBufferPointer(rebasing: input[(size + header.payloadCount)...])
                        return control(header, body)
                    }
                    input = UnsafeMutableRawBufferPointer(rebasing: input[size...])
                    if let failure = beginPayload(header, rules: rules) { return .failed(failure) }
                }
            }
        }
    }

    private mutating func takeWhole(
        _ input: inout UnsafeMutableRawBufferPointer, rules: MessageRules
    ) -> Output? {
        switch WholeMessage.take(&input, rules: rules) {
        case .message(let kind, let bytes):
            frameCount &+= 1
            return .message(kind, bytes)
        case .invalidText:
            return .failed(.invalidText)
        case .other:
            return nil
        }
    }

    // MARK: - Frames that arrive in pieces

    private mutating func keepPending(_ input: inout UnsafeMutableRawBufferPointer) -> Output {
        pending.append(UnsafeRawBufferPointer(input))
        input = UnsafeMutableRawBufferPointer(rebasing: input[input.count...])
        return .needMore
    }

    /// Adds to `pending` until it can be judged. `nil`: a data frame has begun, go on with its payload.
    private mutating func completePending(
        _ input: inout UnsafeMutableRawBufferPointer, rules: MessageRules, compression: MessageCompression?
    ) -> Output? {
        while true {
            let step = FrameHeader.decode(
                UnsafeRawBufferPointer(pending.bytes), from: rules.peer, allowsCompression: compression != nil)
            switch step {
            case .failed(let failure):
                return .failed(failure)
            case .needMore:
                guard feedPending(&input, 1) else { return .needMore }
            case .header(let header, let size) where header.opcode.isControl:
                let missing = size + header.payloadCount - pending.count
                guard missing > 0 else {
                    frameCount &+= 1
                    wasHandedOut = true
                    return control(header, Self.slice(pending.bytes, size, header.payloadCount))
                }
                guard feedPending(&input, missing) else { return .needMore }
            case .header(let header, _):
                // `pending` held exactly the header: it grew byte by byte until one could be read.
                pending.removeAll()
                return beginPayload(header, rules: rules).map(Output.failed)
            }
        }
    }

    /// Moves up to `count` bytes from `input` to `pending`; `false` when there were none.
    private mutating func feedPending(_ input: inout UnsafeMutableRawBufferPointer, _ count: Int) -> Bool {
        let taken = min(count, input.count)
        guard taken > 0 else { return false }
        pending.append(UnsafeRawBufferPointer(rebasing: input[..<taken]))
        input = UnsafeMutableRawBufferPointer(rebasing: input[taken...])
        return true
    }

    // MARK: - Data frames

    /// Checks a data frame against the message under way (RFC 6455 §5.4).
    private mutating func beginPayload(_ header: FrameHeader, rules: MessageRules) -> ProtocolFailure? {
        frameCount &+= 1
        switch header.opcode {
        case .continuation:
            guard partial != nil else { return .unexpectedContinuation }
        case .text, .binary:
            guard partial == nil else { return .expectedContinuation }
            partial = Partial(
                kind: header.opcode == .text ? .text : .binary, isCompressed: header.isCompressed)
        case .close, .ping, .pong:
            preconditionFailure("control frames are handled before")
        }
        // Refused by its declared length, before a byte of it is kept.
        let limit = Self.wireLimit(rules.maxMessageBytes, isCompressed: partial?.isCompressed ?? false)
        guard header.payloadCount <= limit - min(assembly.count, limit) else { return .messageTooBig }
        payload = Payload(remaining: header.payloadCount, maskKey: header.maskKey, isFinal: header.isFinal)
        return nil
    }

    /// Bytes a message may take on the wire: deflate adds at most 5 bytes to every 16 KB that it cannot compress.
    private static func wireLimit(_ maxMessageBytes: Int, isCompressed: Bool) -> Int {
        guard isCompressed else { return maxMessageBytes }
        let (sum, overflow) = maxMessageBytes.addingReportingOverflow(maxMessageBytes / 1024 + 64)
        return overflow ? Int.max : sum
    }

    /// Takes what has arrived of the payload. `nil`: the frame ended, its message goes on.
    private mutating func takePayload(
        _ input: inout UnsafeMutableRawBufferPointer, rules: MessageRules, compression: MessageCompression?
    ) -> Output? {
        guard var frame = payload, var message = partial else { return nil }
        let taken = min(frame.remaining, input.count)
        let piece = UnsafeMutableRawBufferPointer(rebasing: input[..<taken])
        input = UnsafeMutableRawBufferPointer(rebasing: input[taken...])
        if let key = frame.maskKey { Masking.apply(key, to: piece, offset: frame.consumed) }
        frame.remaining -= taken
        frame.consumed = (frame.consumed + taken) & 3  // only its phase within the mask matters
        // Text fails at its first bad byte. Compressed text is judged when it is inflated, at the message's end.
        if message.kind == .text, !message.isCompressed {
            guard message.text.accept(UnsafeRawBufferPointer(piece)) else { return .failed(.invalidText) }
        }
        assembly.append(UnsafeRawBufferPointer(piece))

        guard frame.remaining == 0 else {
            payload = frame
            partial = message
            return .needMore
        }
        payload = nil
        guard frame.isFinal else {
            partial = message
            return nil
        }
        partial = nil
        wasHandedOut = true
        guard message.isCompressed else {
            guard message.text.isComplete else { return .failed(.invalidText) }
            return .message(message.kind, assembly.bytes)
        }
        return inflate(message.kind, rules: rules, compression: compression)
    }

    private mutating func inflate(_ kind: MessageKind, rules: MessageRules, compression: MessageCompression?) -> Output
    {
        guard let compression else { return .failed(.reservedBits) }
        switch compression.inflate(UnsafeRawBufferPointer(assembly.bytes), limit: rules.maxMessageBytes) {
        case .failed(let failure):
            return .failed(failure)
        case .message(let bytes):
            if kind == .text, !UTF8Validator.isValid(UnsafeRawBufferPointer(bytes)) { return .failed(.invalidText) }
            return .message(kind, bytes)
        }
    }

    // MARK: - Control frames

    private mutating func control(_ header: FrameHeader, _ body: UnsafeMutableRawBufferPointer) -> Output {
        if let key = header.maskKey { Masking.apply(key, to: body) }
        let bytes = UnsafeRawBufferPointer(body)
        switch header.opcode {
        case .ping: return .ping(bytes)
        case .pong: return .pong(bytes)
        case .close:
            do throws(ProtocolFailure) {
                let (code, reason) = try ClosePayload.decode(bytes)
                return .close(code, reason: reason)
            } catch {
                return .failed(error)
            }
        case .continuation, .text, .binary:
            preconditionFailure("\(header.opcode) is not a control opcode")
        }
    }

    /// A part of `bytes` without the checks of a slice: the callers have compared the counts.
    @inline(__always)
    private static func slice(
        _ bytes: UnsafeMutableRawBufferPointer, _ offset: Int, _ count: Int
    ) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: bytes.baseAddress.map { $0 + offset }, count: count)
    }
}
