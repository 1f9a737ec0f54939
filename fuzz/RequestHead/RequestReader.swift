import FuzzSupport
import WebSocket

/// Reads requests with their bodies from one stream, as a connection does, and keeps what it saw.
struct RequestReader {
    enum Event: Equatable {
        case head(RequestHead, length: Int)
        case body([UInt8])
        case refused(HTTPRefusal)
        /// The stream is no longer HTTP; so many bytes are left over of what was seen until now in any reading.
        case upgraded(AcceptedUpgrade)
    }

    private let setting: Setting
    private var parser = RequestHeadParser()
    private var body: BodyDecoder?
    private var data: [UInt8] = []
    /// Bytes that nobody has used yet.
    private var waiting: [UInt8] = []
    private(set) var events: [Event] = []

    init(_ setting: Setting) { self.setting = setting }

    /// `false` when the stream is at its end for us.
    mutating func feed(_ piece: ArraySlice<UInt8>) -> Bool {
        waiting += piece
        while true {
            switch body == nil ? readHead() : readBody() {
            case .again: continue
            case .needMore: return true
            case .end: return false
            }
        }
    }

    private enum Progress { case again, needMore, end }

    private mutating func readHead() -> Progress {
        let step = withCopy(of: waiting[...]) { parser.parse(UnsafeRawBufferPointer($0), limits: setting.limits) }
        switch step {
        case .needMore:
            expect(waiting.count < max(1, setting.limits.maxHeadBytes), "\(waiting.count) bytes and no end")
            return .needMore
        case .refused(let refusal):
            ServerSide.check(Response(refusal))
            events.append(.refused(refusal))
            return .end
        case .head(let head, let length):
            expect(length <= waiting.count, "a head of \(length) of \(waiting.count) bytes")
            PlainReading(waiting[..<length], limits: setting.limits).agree(with: head)
            events.append(.head(head, length: length))
            waiting.removeFirst(length)
            if let upgrade = ServerSide.answer(head) {
                events.append(.upgraded(upgrade))
                return .end
            }
            body = BodyDecoder(head.framing, limitBytes: setting.bodyLimitBytes)
            return .again
        }
    }

    private mutating func readBody() -> Progress {
        let step = withCopy(of: waiting[...]) { body?.decode(UnsafeRawBufferPointer($0)) ?? .needMore }
        switch step {
        case .needMore:
            waiting.removeAll()
            return .needMore
        case .data(let range):
            expect(range.lowerBound >= 0 && !range.isEmpty && range.upperBound <= waiting.count, "data at \(range)")
            data += waiting[range]
            expect(data.count <= setting.bodyLimitBytes, "\(data.count) bytes of body")
            waiting.removeFirst(range.upperBound)
            return .again
        case .finished(let used):
            expect(used <= waiting.count, "used \(used) of \(waiting.count)")
            waiting.removeFirst(used)
            events.append(.body(data))
            data.removeAll()
            body = nil
            return waiting.isEmpty ? .needMore : .again
        case .refused(let refusal):
            // The data before the fault went to its reader as well.
            events += [.body(data), .refused(refusal)]
            return .end
        }
    }
}
