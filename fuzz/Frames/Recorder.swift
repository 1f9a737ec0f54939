import FuzzSupport
import WebSocket

/// A decoder that keeps what comes out of it, and checks what must hold at each step.
struct Recorder: ~Copyable {
    private let setting: Setting
    private let compression: MessageCompression?
    /// Whole messages are taken without a decoder, and one that keeps nothing is let go, as the event loop does it.
    private let asLoop: Bool
    private var decoder = MessageDecoder()
    private var received = 0
    private var closing = ClosingHandshake.open
    private var closeFramesSent = 0
    private(set) var events: [Event] = []
    private(set) var hasFailed = false
    private(set) var frameCount = 0

    init(_ setting: Setting, asLoop: Bool) {
        self.asLoop = asLoop
        self.setting = setting
        compression = setting.compression(of: setting.peer == .client ? .server : .client)
    }

    /// Feeds one piece; `false` when the connection has failed.
    mutating func feed(_ piece: UnsafeMutableRawBufferPointer) -> Bool {
        received += piece.count
        var input = piece
        if asLoop, decoder.isIdle {
            decoder = MessageDecoder()
            guard takeWholeMessages(&input) else { return false }
        }
        defer { frameCount += decoder.takeFrameCount() }
        while true {
            let before = input.count
            let output = decoder.next(&input, rules: setting.rules, compression: compression)
            expect(input.count <= before, "the input grew from \(before) to \(input.count)")
            checkMemory()
            switch output {
            case .needMore:
                expectEqual(input.count, 0, "asks for more before it took all")
                return true
            case .failed(let failure):
                fail(failure)
                return false
            case .message(let kind, let bytes):
                check(kind, bytes)
                events.append(.message(kind, Array(bytes)))
            case .ping(let bytes):
                expect(bytes.count <= 125, "a ping of \(bytes.count) bytes")
                events.append(.ping(Array(bytes)))
            case .pong(let bytes):
                expect(bytes.count <= 125, "a pong of \(bytes.count) bytes")
                events.append(.pong(Array(bytes)))
            case .close(let code, let reason):
                expect(code.isValidOnTheWire || code == .noStatus, "close code \(code.rawValue)")
                expect(reason.count <= 123 && isText(UnsafeRawBufferPointer(reason)), "close reason")
                answerClose()
                events.append(.close(code, reason: Array(reason)))
            }
            maybeClose()
        }
    }

    private mutating func takeWholeMessages(_ input: inout UnsafeMutableRawBufferPointer) -> Bool {
        while input.count > 0 {
            switch WholeMessage.take(&input, rules: setting.rules) {
            case .message(let kind, let bytes):
                frameCount += 1
                check(kind, bytes)
                events.append(.message(kind, Array(bytes)))
                maybeClose()
            case .invalidText:
                fail(.invalidText)
                return false
            case .other:
                return true
            }
        }
        return true
    }

    private mutating func fail(_ failure: ProtocolFailure) {
        answer(failure)
        events.append(.failed(failure))
        hasFailed = true
    }

    // MARK: - The closing handshake

    /// Reading goes on afterwards, as no connection does, because the decoder need not know.
    private mutating func answerClose() {
        let before = closing
        let answer = closing.receivedClose()
        if answer == .reply { closeFramesSent += 1 }
        expectEqual(answer == .ignore, before == .done, "answered a close frame by \(answer) in \(before)")
        expectEqual(closing, .done, "after a close frame")
    }

    private mutating func maybeClose() {
        if events.count == setting.outputsBeforeClosing, closing.close() { closeFramesSent += 1 }
        expect(closeFramesSent <= 1, "\(closeFramesSent) close frames")
    }

    private mutating func answer(_ failure: ProtocolFailure) {
        if closing.fail() { closeFramesSent += 1 }
        expectEqual(closing, .done, "after a failure")
        var buffer = ByteBuffer()
        ClosePayload.encode(failure.code, failure.reason, into: &buffer)
        let sent = Array(buffer.bytes)
        expectEqual(Array(failure.reason.utf8), Array(sent.dropFirst(2)), "the reason is cut")
        let read = sent.withUnsafeBytes { bytes in try? ClosePayload.decode(bytes).code }
        expectEqual(read, failure.code, "our own close frame for \(failure)")
    }

    // MARK: - What must hold

    private func check(_ kind: MessageKind, _ bytes: UnsafeMutableRawBufferPointer) {
        expect(bytes.count <= setting.maxMessageBytes, "\(bytes.count) bytes, allowed \(setting.maxMessageBytes)")
        switch kind {
        case .text: expect(isText(UnsafeRawBufferPointer(bytes)), "a text that is not UTF-8")
        case .binary: break
        }
    }

    private func isText(_ bytes: UnsafeRawBufferPointer) -> Bool {
        String(validating: bytes, as: UTF8.self) != nil
    }

    /// What is kept grows with what was received, never with what was announced, and stays below the limit: buffers
    /// grow by half, a compressed message may be a little longer than the limit, and what waits for a control frame's
    /// end is 139 bytes at most.
    private func checkMemory() {
        let held = decoder.heldBytes
        expect(held <= received * 2 + 512, "\(held) bytes held of \(received) received")
        let limit = setting.maxMessageBytes
        expect(held <= (limit + limit / 512) * 2 + 1024, "\(held) bytes held, the limit is \(limit)")
    }
}
