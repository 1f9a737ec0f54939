package import WebSocket

extension EventLoop {
    // MARK: - Receiving

    func webSocketReceived(
        _ record: UnsafeMutablePointer<ConnectionRecord>, _ bytes: UnsafeMutableRawBufferPointer
    ) {
        let isClient = record.pointee.flags.contains(.client)
        let rules = MessageRules(peer: isClient ? .server : .client, maxMessageBytes: limits.maxMessageBytes)
        if let inbound = record.pointee.inbound {
            decode(&inbound.decoder, rules, record, bytes)
            if inbound.decoder.isIdle || record.pointee.phase != .webSocket { record.pointee.inbound = nil }
            return
        }
        var input = bytes
        while input.count > 0, record.pointee.phase == .webSocket {
            switch WholeMessage.take(&input, rules: rules) {
            case .message(let kind, let payload):
                guard allows(1, record) else { return fail(record, .tooManyFrames) }
                figures.messagesReceived &+= 1
                payloadBehindHeader = payload.baseAddress
                app.received(kind, payload, on: Connection(record), loop: self)
                // Other bytes may come to lie there, with something in front of them that is no header.
                payloadBehindHeader = nil
            case .invalidText:
                return fail(record, .invalidText)
            case .other:
                return decodeRest(rules, record, input)
            }
        }
    }

    /// What is not a whole message: control frames, fragments, compressed messages, and whatever breaks the protocol.
    private func decodeRest(
        _ rules: MessageRules, _ record: UnsafeMutablePointer<ConnectionRecord>,
        _ input: UnsafeMutableRawBufferPointer
    ) {
        var decoder = MessageDecoder()
        decode(&decoder, rules, record, input)
        if !decoder.isIdle, record.pointee.phase == .webSocket { record.pointee.inbound = Inbound(decoder) }
    }

    private func decode(
        _ decoder: inout MessageDecoder, _ rules: MessageRules,
        _ record: UnsafeMutablePointer<ConnectionRecord>, _ bytes: UnsafeMutableRawBufferPointer
    ) {
        var input = bytes
        let compression = record.pointee.compression
        while record.pointee.phase == .webSocket {
            let output = decoder.next(&input, rules: rules, compression: compression)
            guard allows(decoder.takeFrameCount(), record) else { return fail(record, .tooManyFrames) }
            switch output {
            case .message(let kind, let payload):
                figures.messagesReceived &+= 1
                app.received(kind, payload, on: Connection(record), loop: self)
            case .needMore:
                return
            case .ping(let payload):
                // §5.5.2: answered, unless a close frame is out already.
                if record.pointee.closing.isOpen { sendControl(.pong, payload, to: record) }
            case .pong:
                break
            case .close(let code, let reason):
                if record.pointee.flags.contains(.client) {
                    closeReasons[record.pointee.id] = String(decoding: reason, as: UTF8.self)
                }
                return receivedClose(record, code)
            case .failed(let failure):
                return fail(record, failure)
            }
        }
    }

    /// Takes frames off the connection's allowance, before they are acted upon; `false` when there are too many.
    @inline(__always)
    private func allows(_ frames: Int, _ record: UnsafeMutablePointer<ConnectionRecord>) -> Bool {
        guard frames <= Int(record.pointee.framesLeft) else { return renewAllowance(for: frames, record) }
        record.pointee.framesLeft &-= UInt32(truncatingIfNeeded: frames)
        return true
    }

    /// The allowance is used up: it is renewed if it has lasted for a second, else the peer floods us.
    @inline(never)
    private func renewAllowance(for frames: Int, _ record: UnsafeMutablePointer<ConnectionRecord>) -> Bool {
        let limit = limits.framesPerSecond == 0 ? UInt32.max : UInt32(clamping: limits.framesPerSecond)
        if limits.framesPerSecond > 0, let last = record.pointee.framesFrom,
            now.since(last) < 1000 / Tick.milliseconds
        {
            return false
        }
        guard frames <= Int(limit) else { return false }
        record.pointee.framesFrom = now
        record.pointee.framesLeft = limit - UInt32(truncatingIfNeeded: frames)
        return true
    }

    private func receivedClose(_ record: UnsafeMutablePointer<ConnectionRecord>, _ code: CloseCode) {
        record.pointee.closeCode = code
        switch record.pointee.closing.receivedClose() {
        case .reply:
            sendClose(record, code, "")
            endAfterClose(record)
        case .end:
            endAfterClose(record)
        case .ignore:
            break
        }
    }

    /// Both close frames went their way. The server ends the TCP connection; the client waits for that (§7.1.1).
    private func endAfterClose(_ record: UnsafeMutablePointer<ConnectionRecord>) {
        if record.pointee.flags.contains(.client) {
            record.pointee.flags.insert(.lingers)
        }
        endWhenSent(record)
    }

    /// The peer broke the protocol or a limit: it is told which, and nothing more is read (§7.1.7).
    func fail(_ record: UnsafeMutablePointer<ConnectionRecord>, _ failure: ProtocolFailure) {
        figures.framesRefused[failure, default: 0] &+= 1
        record.pointee.closeCode = failure.code
        if record.pointee.closing.fail() { sendClose(record, failure.code, failure.reason) }
        record.pointee.flags.insert(.lingers)
        endWhenSent(record)
    }

    // MARK: - Sending

    /// Sends a whole message. It goes out with whatever else this connection sends in this turn; if the peer does not
    /// read, it waits, and the connection is closed once too much does (`LoopLimits.sendQueueBytes`).
    package func send(_ kind: MessageKind, _ payload: UnsafeRawBufferPointer, to connection: Connection) {
        let record = connection.record
        guard record.pointee.phase == .webSocket, record.pointee.closing.isOpen else { return }
        figures.messagesSent &+= 1
        if record.pointee.compression != nil, payload.count >= deflatePolicy.minimumMessageBytes {
            return sendCompressed(kind, payload, to: record)
        }
        sendFrame(kind.opcode, payload, to: record)
    }

    private func sendCompressed(
        _ kind: MessageKind, _ payload: UnsafeRawBufferPointer, to record: UnsafeMutablePointer<ConnectionRecord>
    ) {
        deflated.removeAll(keepingCapacity: Self.keptBytes)
        if let compression = record.pointee.compression, compression.deflate(payload, into: &deflated) {
            sendFrame(kind.opcode, UnsafeRawBufferPointer(deflated.bytes), to: record, isCompressed: true)
        } else {
            sendFrame(kind.opcode, payload, to: record)
        }
    }

    /// The same by name; `false` when that connection has ended.
    @discardableResult
    package func send(_ kind: MessageKind, _ payload: UnsafeRawBufferPointer, to id: ConnectionID) -> Bool {
        guard let record = slab[id], record.pointee.phase == .webSocket, record.pointee.closing.isOpen else {
            return false
        }
        send(kind, payload, to: Connection(record))
        return true
    }

    /// Begins the closing handshake; the peer's messages until its answer still arrive. The code must be valid on the
    /// wire, the reason is cut at 123 bytes.
    package func close(_ connection: Connection, _ code: CloseCode, _ reason: String = "") {
        let record = connection.record
        guard record.pointee.phase == .webSocket, record.pointee.closing.close() else { return }
        sendClose(record, code, reason)
        record.pointee.since = now
        armTimer(record)
    }

    @discardableResult
    package func close(_ id: ConnectionID, _ code: CloseCode, _ reason: String = "") -> Bool {
        guard let record = slab[id] else { return false }
        close(Connection(record), code, reason)
        return true
    }

    /// Ends a connection without a word, as a network does that is gone; `false` when it has ended already.
    @discardableResult
    package func cut(_ id: ConnectionID) -> Bool {
        guard let record = slab[id], record.pointee.phase != .dead else { return false }
        drop(record, .abnormal)
        return true
    }

    /// Bytes that wait because the peer does not read; `nil` when that connection has ended.
    package func queuedBytes(of id: ConnectionID) -> Int? {
        guard let record = slab[id], record.pointee.phase == .webSocket, record.pointee.closing.isOpen else {
            return nil
        }
        return Connection(record).queuedBytes
    }

    /// What the server said when it closed a connection of the client's role; while the application is told of its end.
    package func closeReason(of connection: Connection) -> String { closeReasons[connection.id] ?? "" }

    func sendControl(
        _ opcode: Opcode, _ payload: UnsafeRawBufferPointer, to record: UnsafeMutablePointer<ConnectionRecord>
    ) {
        sendFrame(opcode, payload, to: record)
    }

    private func sendClose(_ record: UnsafeMutablePointer<ConnectionRecord>, _ code: CloseCode, _ reason: String) {
        var body = ByteBuffer()
        ClosePayload.encode(code, reason, into: &body)
        sendFrame(.close, UnsafeRawBufferPointer(body.bytes), to: record)
    }
}
