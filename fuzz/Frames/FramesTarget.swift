import FuzzSupport
import WebSocket

/// `MessageDecoder` on one stream of bytes, whole and in pieces, and together with `WholeMessage`: the outputs must be the same, memory bounded, and text
/// valid. The stream is the input itself, or a conversation made of it that must come back as it was sent, or such
/// a conversation with bytes changed.
///
/// An input begins with eight bytes of settings; the rest is the stream, or what the conversation is made of.
@main
enum FramesTarget {
    static func main() {
        fuzz { choices in
            let mode = choices.byte() % 4
            let setting = Setting(&choices)
            switch mode {
            case 0, 1:
                judge(choices.bytes(), setting)
            case 2:
                var conversation = Conversation(setting)
                conversation.build(&choices)
                expectEqual(
                    judge(conversation.wire, setting), conversation.expected, "what was sent is not what came")
            default:
                let changes = (0..<choices.byte() % 4).map { _ in (at: choices.number(), by: choices.byte()) }
                var conversation = Conversation(setting)
                conversation.build(&choices)
                var wire = conversation.wire
                for change in changes where change.at < wire.count { wire[change.at] ^= change.by }
                judge(wire, setting)
            }
        }
    }

    /// Decodes the stream in each way and returns what came out of it.
    @discardableResult
    private static func judge(_ stream: [UInt8], _ setting: Setting) -> [Event] {
        var whole = Recorder(setting, asLoop: false)
        _ = withCopy(of: stream[...]) { whole.feed($0) }
        for asLoop in [false, true] {
            var cut = Recorder(setting, asLoop: asLoop)
            setting.pieces.forEach(of: stream) { cut.feed($0) }
            expectEqual(cut.events, whole.events, "pieces change what comes out, asLoop: \(asLoop)")
            if !whole.hasFailed {
                expectEqual(cut.frameCount, whole.frameCount, "pieces change the number of frames, asLoop: \(asLoop)")
            }
        }
        return whole.events
    }
}

/// What a connection was opened with.
struct Setting {
    let peer: Role
    let maxMessageBytes: Int
    let parameters: DeflateParameters?
    let policy: DeflatePolicy
    let pieces: Pieces
    /// After so many outputs we begin to close the connection ourselves.
    let outputsBeforeClosing: Int

    /// Reads seven bytes.
    init(_ choices: inout Choices) {
        let flags = choices.byte()
        let (bits, level, limit) = (choices.byte(), choices.byte(), choices.number())
        pieces = Pieces(choices.byte())
        peer = flags & 1 == 0 ? .client : .server
        // Two thirds of the limits are as small as the messages that the input can make, one is large.
        maxMessageBytes = level & 0x30 == 0 ? limit * 4 : limit & 0x3FF
        policy = DeflatePolicy(compressionLevel: Int(level & 15) % 10)
        parameters =
            flags & 2 == 0
            ? nil
            : DeflateParameters(
                serverNoContextTakeover: flags & 4 == 0, clientNoContextTakeover: flags & 8 == 0,
                serverMaxWindowBits: 8 + Int(bits & 7), clientMaxWindowBits: 8 + Int(bits >> 4 & 7))
        outputsBeforeClosing = Int(choices.byte())
    }

    var rules: MessageRules { MessageRules(peer: peer, maxMessageBytes: maxMessageBytes) }

    func compression(of role: Role) -> MessageCompression? {
        parameters.map { MessageCompression($0, role: role, policy: policy) }
    }
}

/// What came out of a decoder, kept.
enum Event: Equatable {
    case message(MessageKind, [UInt8])
    case ping([UInt8])
    case pong([UInt8])
    case close(CloseCode, reason: [UInt8])
    case failed(ProtocolFailure)
}
