import FuzzSupport
import WebSocket

/// The HTTP side of a connection on one stream of bytes, whole and in pieces: the heads, bodies and refusals must be
/// the same, and what is accepted must hold against a second, simpler reading of the same bytes.
///
/// An input begins with two bytes of settings, or three; the rest is the stream, or what an honest request is made of.
@main
enum RequestHeadTarget {
    static func main() {
        fuzz { choices in
            let setting = Setting(&choices)
            switch setting.kind {
            case .response: judgeResponse(choices.bytes(), setting)
            case .requests: judgeRequests(choices.bytes(), setting)
            case .honestRequest: HonestRequest(&choices).check(setting)
            case .connection: ClientSide.connect(&choices, setting)
            }
        }
    }

    private static func judgeRequests(_ stream: [UInt8], _ setting: Setting) {
        var whole = RequestReader(setting)
        _ = whole.feed(stream[...])
        var cut = RequestReader(setting)
        for piece in setting.pieces.ranges(of: stream.count) {
            guard cut.feed(stream[piece]) else { break }
        }
        expectEqual(cut.events, whole.events, "pieces change what comes out")
    }

    private static func judgeResponse(_ stream: [UInt8], _ setting: Setting) {
        let whole = withCopy(of: stream[...]) { bytes in
            var parser = ResponseHeadParser()
            return parser.parse(UnsafeRawBufferPointer(bytes), limits: setting.limits)
        }
        var parser = ResponseHeadParser()
        var cut = ResponseHeadParser.Step.needMore
        for piece in setting.pieces.ranges(of: stream.count) {
            cut = withCopy(of: stream[..<piece.upperBound]) {
                parser.parse(UnsafeRawBufferPointer($0), limits: setting.limits)
            }
            guard cut == .needMore else { break }
        }
        expectEqual(cut, whole, "pieces change the response")
        guard case .head(let head, let length) = whole else { return }
        PlainReading(stream[..<length], limits: setting.limits).agree(with: head)
        ClientSide.verify(head)
    }
}

struct Setting {
    enum Kind { case requests, response, honestRequest, connection }

    let kind: Kind
    let limits: HTTPLimits
    let hasSmallLimits: Bool
    let bodyLimitBytes: Int
    let pieces: Pieces

    init(_ choices: inout Choices) {
        let flags = choices.byte()
        kind =
            switch (flags & 1, flags & 64) {
            case (0, 0): .requests
            case (0, _): .honestRequest
            case (_, 0): .response
            case (_, _): .connection
            }
        var limits = HTTPLimits()
        // Small ones are reached by short inputs.
        if flags & 2 != 0 { limits.maxHeadBytes = 256 }
        if flags & 4 != 0 { limits.maxFields = 3 }
        if flags & 8 != 0 { limits.maxTargetBytes = 16 }
        if flags & 16 != 0 { (limits.maxHeadBytes, limits.maxFields) = (1 << 20, 1 << 20) }
        self.limits = limits
        hasSmallLimits = flags & 14 != 0
        bodyLimitBytes = flags & 32 == 0 ? 1 << 20 : Int(choices.byte())
        pieces = Pieces(choices.byte())
    }
}
