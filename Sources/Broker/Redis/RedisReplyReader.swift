import CHiredis
import Glibc

/// hiredis' parser, with bounds of our own. It keeps what is incomplete without any bound, and would make room for as many
/// elements as a list claims to have: so lists grow with what really arrives, and too much of either is an error. It
/// bounds the nesting itself (7). After an error it is of no further use.
final class RedisReplyReader {
    private let reader: UnsafeMutablePointer<redisReader>
    private let functions: UnsafeMutablePointer<redisReplyObjectFunctions>
    private let maxElements: Int
    private let maxBytes: Int
    /// Elements of the reply that is being read, itself among them.
    private var elements = 0

    /// hiredis moves what it has not parsed to the front after each kilobyte of replies: in pieces of this size that is
    /// little.
    private static let feedBytes = 16 << 10

    /// `nil` when memory is short.
    init?(maxElements: Int, maxBytes: Int) {
        functions = .allocate(capacity: 1)
        functions.initialize(
            to: redisReplyObjectFunctions(
                createString: { RedisReplyReader.made(.string($1, $2), $0) },
                createArray: { RedisReplyReader.made(.list(Int($1)), $0) },
                createInteger: { RedisReplyReader.made(.integer($1), $0) },
                createNil: { RedisReplyReader.made(.nothing, $0) },
                freeObject: { root in if let root { Unmanaged<ReplyNode>.fromOpaque(root).release() } }))
        guard let reader = redisReaderCreateWithFunctions(functions) else {
            functions.deallocate()
            return nil
        }
        self.reader = reader
        self.maxElements = maxElements
        self.maxBytes = maxBytes
        // Unretained: hiredis calls back only while it is being fed, by us.
        reader.pointee.privdata = Unmanaged.passUnretained(self).toOpaque()
    }

    deinit {
        redisReaderFree(reader)
        functions.deallocate()
    }

    /// Hands over each reply that is complete; `each` says whether to go on.
    func feed(_ bytes: UnsafeRawBufferPointer, _ each: (RedisReply) -> Bool) throws(RedisProtocolError) {
        var rest = bytes
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(Self.feedBytes))
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(Self.feedBytes))
            let text = piece.assumingMemoryBound(to: CChar.self)
            guard redisReaderFeed(reader, text.baseAddress, text.count) == REDIS_OK else { throw failure() }
            while true {
                var reply: UnsafeMutableRawPointer?
                guard redisReaderGetReply(reader, &reply) == REDIS_OK else { throw failure() }
                guard let reply else { break }
                let node = Unmanaged<ReplyNode>.fromOpaque(reply).takeRetainedValue()
                guard each(node.reply) else { return }
            }
            guard reader.pointee.len - reader.pointee.pos <= maxBytes else {
                throw RedisProtocolError("a reply of more than \(maxBytes) bytes")
            }
        }
    }

    private func failure() -> RedisProtocolError {
        guard elements <= maxElements else {
            return RedisProtocolError("a reply of more than \(maxElements) elements")
        }
        let text = withUnsafeBytes(of: reader.pointee.errstr) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        return RedisProtocolError("not the protocol of Redis: \(text)")
    }

    // MARK: - hiredis calls

    private enum Content {
        case string(UnsafeMutablePointer<CChar>?, Int)
        case list(Int)
        case integer(Int64)
        case nothing
    }

    /// A node for the task, held by its parent or, if it has none, by hiredis; nil refuses it, which hiredis takes for a
    /// lack of memory.
    private static func made(
        _ content: Content, _ task: UnsafePointer<redisReadTask>?
    ) -> UnsafeMutableRawPointer? {
        guard let task = task?.pointee, let mine = task.privdata else { return nil }
        let reader = Unmanaged<RedisReplyReader>.fromOpaque(mine).takeUnretainedValue()
        let parent = task.parent?.pointee.obj
        reader.elements = parent == nil ? 1 : reader.elements + 1
        guard reader.elements <= reader.maxElements else { return nil }
        let node: ReplyNode
        switch content {
        case .string(let text, let count):
            node = ReplyNode(string(UnsafeRawBufferPointer(start: text, count: count), task))
        case .integer(let value): node = ReplyNode(.integer(value))
        case .nothing: node = ReplyNode(.nothing)
        case .list(let count):
            guard count <= reader.maxElements else {
                reader.elements = count
                return nil
            }
            node = ReplyNode(.list([]))
        }
        guard let parent else { return Unmanaged.passRetained(node).toOpaque() }
        Unmanaged<ReplyNode>.fromOpaque(parent).takeUnretainedValue().children.append(node)
        return Unmanaged.passUnretained(node).toOpaque()
    }

    private static func string(_ bytes: UnsafeRawBufferPointer, _ task: redisReadTask) -> RedisReply {
        switch task.type {
        case REDIS_REPLY_STATUS: .status(String(decoding: bytes, as: UTF8.self))
        case REDIS_REPLY_ERROR: .error(String(decoding: bytes, as: UTF8.self))
        default: .bytes([UInt8](bytes))
        }
    }
}

/// A reply while hiredis puts it together.
private final class ReplyNode {
    private let own: RedisReply
    var children: [ReplyNode] = []

    init(_ own: RedisReply) { self.own = own }

    /// No deeper than hiredis lets lists be nested.
    var reply: RedisReply {
        if case .list = own { .list(children.map(\.reply)) } else { own }
    }
}
